import type { Evaluation, EvaluationRow, JudgedPart } from '#shared/domain/evaluation.ts'
import type { Db } from '../connection.ts'
import { requireKey, toId, unknown } from '../ids.ts'
import { toBlob, toFloat32 } from '../vectors.ts'

/** What a model said of the films of a part. */
export interface Scoring {
  /** Rows of the data set, in the order of `logits`. */
  rows: Int32Array
  /** [rows, 14] */
  logits: Float32Array
}

/** A row of a data set with what subgroups are made of. */
export interface JudgedFilm {
  row: number
  /** Ids. */
  image: string
  study: string
  /** As the label file spells it; and where it lies, null for labels only. */
  named: string
  path: string | null
  patient: string
  sex: string
  age: number | null
  view: string
}

type FilmRow = Omit<JudgedFilm, 'image' | 'study'> & { image: number; study: number }

export interface NewEvaluation {
  /** Ids. */
  model: string
  dataset: string
  split: string
  calibration: string | null
  datasetName: string
  part: JudgedPart
  result: Evaluation
}

/** An evaluation for the main process. */
export interface StoredEvaluation extends EvaluationRow {
  split: string | null
  calibration: string | null
}

interface Row {
  key: number
  model: number
  dataset: number | null
  split: number | null
  calibration: number | null
  dataset_name: string
  part: JudgedPart
  images: number
  auc: number | null
  created_at: string
}

const COLUMNS = 'key, model, dataset, split, calibration, dataset_name, part, images, auc, created_at'

export class EvaluationsRepository {
  readonly #insert
  readonly #byKey
  readonly #result
  readonly #ofModel
  readonly #remove
  readonly #keepScoring
  readonly #scoring
  readonly #films

  constructor(db: Db) {
    this.#insert = db.prepare('INSERT INTO evaluations (model, dataset, split, calibration, dataset_name, part, images, auc, created_at, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#byKey = db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM evaluations WHERE key = ?`)
    this.#result = db.prepare<[number], string>('SELECT result FROM evaluations WHERE key = ?').pluck()
    this.#ofModel = db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM evaluations WHERE model = ? ORDER BY key DESC`)
    this.#remove = db.prepare('DELETE FROM evaluations WHERE key = ?')
    this.#keepScoring = db.prepare(`
      INSERT INTO scorings (model, split, part, rows, logits) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET rows = excluded.rows, logits = excluded.logits`)
    this.#scoring = db.prepare<[number, number, string], { rows: Buffer; logits: Buffer }>('SELECT rows, logits FROM scorings WHERE model = ? AND split = ? AND part = ?')
    this.#films = db.prepare<[number], FilmRow>(`
      SELECT d.row, d.image, s.study, d.path AS named, d.patient, d.sex, d.age, d.view, i.path
      FROM dataset_images d JOIN images i ON i.key = d.image JOIN series s ON s.key = i.series WHERE d.dataset = ? ORDER BY d.row`)
  }

  create({ model, dataset, split, calibration, datasetName, part, result }: NewEvaluation): StoredEvaluation {
    const keys = [requireKey('mo', model), requireKey('ds', dataset), requireKey('sp', split), calibration === null ? null : requireKey('ca', calibration)]
    const { lastInsertRowid } = this.#insert.run(...keys, datasetName, part, result.images, result.auc.macro, new Date().toISOString(), JSON.stringify(result))
    return this.get(toId('ev', Number(lastInsertRowid)))
  }

  /** @throws NOT_FOUND */
  get(id: string): StoredEvaluation {
    const row = this.#byKey.get(requireKey('ev', id))
    return row ? toEvaluation(row) : unknown('ev', id)
  }

  /** Everything said. @throws NOT_FOUND */
  result(id: string): Evaluation {
    const text = this.#result.get(requireKey('ev', id))
    return text === undefined ? unknown('ev', id) : (JSON.parse(text) as Evaluation)
  }

  /** Newest first. */
  ofModel(model: string): StoredEvaluation[] {
    return this.#ofModel.all(requireKey('mo', model)).map(toEvaluation)
  }

  remove(id: string): boolean {
    return this.#remove.run(requireKey('ev', id)).changes > 0
  }

  /** In place of an older one of the same part. */
  keepScoring(model: string, split: string, part: JudgedPart, { rows, logits }: Scoring): void {
    const ints = (values: Int32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength)
    this.#keepScoring.run(requireKey('mo', model), requireKey('sp', split), part, ints(rows), toBlob(logits))
  }

  /** Every row of a data set, in its order. @param dataset key */
  films(dataset: number): JudgedFilm[] {
    return this.#films.all(dataset).map((row) => ({ ...row, image: toId('im', row.image), study: toId('st', row.study) }))
  }

  scoring(model: string, split: string, part: JudgedPart): Scoring | null {
    const found = this.#scoring.get(requireKey('mo', model), requireKey('sp', split), part)
    const ints = (blob: Buffer): Int32Array => new Int32Array(new Uint8Array(blob).buffer)
    return found ? { rows: ints(found.rows), logits: toFloat32(found.logits) } : null
  }
}

function toEvaluation(row: Row): StoredEvaluation {
  return {
    id: toId('ev', row.key),
    model: toId('mo', row.model),
    dataset: row.dataset === null ? null : toId('ds', row.dataset),
    split: row.split === null ? null : toId('sp', row.split),
    calibration: row.calibration === null ? null : toId('ca', row.calibration),
    datasetName: row.dataset_name,
    part: row.part,
    images: row.images,
    auc: row.auc,
    createdAt: row.created_at,
  }
}

/** What a page may see. */
export function publicEvaluation({ split: _split, calibration: _calibration, ...row }: StoredEvaluation): EvaluationRow {
  return row
}
