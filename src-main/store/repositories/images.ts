import { basename } from 'node:path'
import type { ImageRow } from '#shared/domain/study.ts'
import type { Db } from '../connection.ts'
import { requireKey, toId, unknown } from '../ids.ts'

export interface NewImage {
  /** Key. */
  series: number
  sopUid: string
  number: number | null
  /** Absolute; null when only its labels are here. */
  path: string | null
  bytes: number | null
  kind: ImageRow['kind']
  rows: number | null
  columns: number | null
  frames: number
  view: string
  laterality: string
  lossy: boolean
  transferSyntax: string
}

/** An image for the main process alone: with its path. */
export interface StoredImage extends ImageRow {
  key: number
  path: string | null
}

interface Row {
  key: number
  series: number
  study: number
  description: string
  sop_uid: string
  path: string | null
  kind: ImageRow['kind']
  rows: number | null
  columns: number | null
  frames: number
  view: string
  laterality: string
  lossy: number
  transfer_syntax: string
  problem_code: string | null
  problem_message: string | null
  named: string | null
}

const SELECT = `
  SELECT i.key, i.series, s.study, s.description, i.sop_uid, i.path, i.kind, i.rows, i.columns, i.frames, i.view, i.laterality, i.lossy,
    i.transfer_syntax, i.problem_code, i.problem_message, (SELECT d.path FROM dataset_images d WHERE d.image = i.key) AS named
  FROM images i JOIN series s ON s.key = i.series`

export class ImagesRepository {
  readonly #find
  readonly #insert
  readonly #attach
  readonly #fileOf
  readonly #byKey
  readonly #ofStudy
  readonly #problem
  readonly #patient

  constructor(db: Db) {
    this.#find = db.prepare<[number, string], number>('SELECT key FROM images WHERE series = ? AND sop_uid = ?').pluck()
    this.#insert = db.prepare(`
      INSERT INTO images (series, sop_uid, number, path, bytes, kind, rows, columns, frames, view, laterality, lossy, transfer_syntax)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#attach = db.prepare('UPDATE images SET path = ?, bytes = ?, rows = ?, columns = ?, problem_code = NULL, problem_message = NULL WHERE key = ?')
    this.#fileOf = db.prepare<[number], { path: string | null; bytes: number | null }>('SELECT path, bytes FROM images WHERE key = ?')
    this.#byKey = db.prepare<[number], Row>(`${SELECT} WHERE i.key = ?`)
    this.#ofStudy = db.prepare<[number], Row>(`${SELECT} WHERE s.study = ? ORDER BY s.number, s.key, i.number, i.key`)
    this.#patient = db.prepare<[number], { age: number | null; sex: string | null }>(`
      SELECT coalesce(d.age, st.age) AS age, coalesce(d.sex, p.sex) AS sex FROM images i JOIN series s ON s.key = i.series
      JOIN studies st ON st.key = s.study JOIN patients p ON p.key = st.patient LEFT JOIN dataset_images d ON d.image = i.key WHERE i.key = ?`)
    this.#problem = db.prepare('UPDATE images SET problem_code = ?, problem_message = ? WHERE key = ?')
  }

  find(series: number, sopUid: string): number | undefined {
    return this.#find.get(series, sopUid)
  }

  insert(image: NewImage): number {
    const { series, sopUid, number, path, bytes, kind, rows, columns, frames, view, laterality, lossy, transferSyntax } = image
    return Number(
      this.#insert.run(series, sopUid, number, path, bytes, kind, rows, columns, frames, view, laterality, lossy ? 1 : 0, transferSyntax).lastInsertRowid,
    )
  }

  /** Path and size of the file behind a key. */
  fileOf(key: number): { path: string | null; bytes: number | null } | undefined {
    return this.#fileOf.get(key)
  }

  /** Where the file of an image already known lies now. */
  attach(key: number, file: { path: string; bytes: number; rows: number | null; columns: number | null }): void {
    this.#attach.run(file.path, file.bytes, file.rows, file.columns, key)
  }

  /** Age in years at the time of the film and sex, as the row of its data set says it, else its study. */
  patient(key: number): { age: number | null; sex: string | null } {
    return this.#patient.get(key) ?? { age: null, sex: null }
  }

  /** @throws NOT_FOUND */
  get(id: string): StoredImage {
    const row = this.#byKey.get(requireKey('im', id))
    return row ? toImage(row) : unknown('im', id)
  }


  /** In reading order: series number, then instance number. */
  ofStudy(study: number): StoredImage[] {
    return this.#ofStudy.all(study).map(toImage)
  }

  /** Remember that the file could not be opened, or (null) that it could. */
  setProblem(id: string, problem: ImageRow['problem']): void {
    this.#problem.run(problem?.code ?? null, problem?.message ?? null, requireKey('im', id))
  }
}

function toImage(row: Row): StoredImage {
  return {
    key: row.key,
    id: toId('im', row.key),
    study: toId('st', row.study),
    series: toId('se', row.series),
    seriesDescription: row.description,
    sopInstanceUid: row.sop_uid,
    path: row.path,
    fileName: basename(row.path ?? row.named ?? ''),
    kind: row.kind,
    rows: row.rows,
    columns: row.columns,
    frames: row.frames,
    view: row.view,
    laterality: row.laterality,
    lossy: row.lossy === 1,
    transferSyntax: row.transfer_syntax,
    problem: row.problem_code ? { code: row.problem_code, message: row.problem_message ?? '' } : null,
  }
}

/** What a page may see: all but key and path. */
export function publicImage({ key: _key, path: _path, ...image }: StoredImage): ImageRow {
  return image
}
