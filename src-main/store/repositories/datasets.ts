import type { DatasetRow } from '#shared/domain/dataset.ts'
import type { Policy } from '#shared/domain/labels.ts'
import type { SkippedFile } from '#shared/domain/job.ts'
import type { Db } from '../connection.ts'
import { keyOf, newKey, toId, unknown } from '../ids.ts'

/** A data set for the main process: with its key and place. */
export interface StoredDataset extends DatasetRow {
  key: number
  format: string
  root: string
}

interface Row {
  key: number
  name: string
  format: string
  root: string
  has_files: number
  sample: number
  created_at: string
  images: number
  patients: number
  studies: number
  labelled: number
  skipped: number
}

/**
 * The browser's columns know how many rows are labelled and whose they are, as long as they are as fresh as the set; else they are counted, which is a
 * scan of an index each, some milliseconds for a quarter of a million rows.
 */
const SELECT = `
  SELECT d.*,
    coalesce(x.rows, (SELECT count(*) FROM dataset_images WHERE dataset = d.key)) AS images,
    coalesce(x.patients, (SELECT count(*) FROM patients WHERE dataset = d.key)) AS patients,
    coalesce(x.studies, (SELECT count(*) FROM studies WHERE dataset = d.key)) AS studies,
    coalesce(x.labelled, (SELECT count(*) FROM labels WHERE dataset = d.key AND positive > 0)) AS labelled,
    (SELECT count(*) FROM dataset_skips WHERE dataset = d.key) AS skipped
  FROM datasets d LEFT JOIN dataset_indexes x ON x.dataset = d.key
    AND x.next_row = (SELECT max(row) + 1 FROM dataset_images WHERE dataset = d.key)
    AND NOT EXISTS (SELECT 1 FROM dataset_changes c WHERE c.dataset = d.key AND c.key > x.change)`

export class DatasetsRepository {
  readonly #list
  readonly #byKey
  readonly #byName
  readonly #keyOf
  readonly #byRoot
  readonly #insert
  readonly #rename
  readonly #policies
  readonly #setPolicy
  readonly #setFiles
  readonly #removeSome
  readonly #remove
  readonly #skip
  readonly #clearSkips
  readonly #skipped

  constructor(db: Db) {
    this.#list = db.prepare<[], Row>(`${SELECT} ORDER BY d.created_at DESC, d.key`)
    this.#byKey = db.prepare<[number], Row>(`${SELECT} WHERE d.key = ?`)
    this.#byName = db.prepare<[string], Row>(`${SELECT} WHERE d.name = ?`)
    this.#keyOf = db.prepare<[number | null, string], number>('SELECT key FROM datasets WHERE key = ? UNION ALL SELECT key FROM datasets WHERE name = ? LIMIT 1').pluck()
    this.#byRoot = db.prepare<[string], Row>(`${SELECT} WHERE d.root = ? ORDER BY d.created_at`)
    this.#insert = db.prepare('INSERT INTO datasets (key, name, format, root, has_files, sample, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#rename = db.prepare('UPDATE datasets SET name = ? WHERE key = ?')
    this.#policies = db.prepare<[], { key: number; policy: string }>('SELECT key, policy FROM datasets WHERE policy IS NOT NULL')
    this.#setPolicy = db.prepare('UPDATE datasets SET policy = ? WHERE key = ?')
    this.#setFiles = db.prepare('UPDATE datasets SET has_files = 1 WHERE key = ?')
    this.#removeSome = db.prepare('DELETE FROM patients WHERE key IN (SELECT key FROM patients WHERE dataset = ? LIMIT ?)')
    this.#remove = db.prepare('DELETE FROM datasets WHERE key = ?')
    this.#skip = db.prepare('INSERT INTO dataset_skips (dataset, path, code, message) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET code = excluded.code, message = excluded.message')
    this.#clearSkips = db.prepare('DELETE FROM dataset_skips WHERE dataset = ?')
    this.#skipped = db.prepare<[number], SkippedFile>('SELECT path, code, message FROM dataset_skips WHERE dataset = ? ORDER BY path')
  }

  list(): DatasetRow[] {
    return this.#list.all().map((row) => publicDataset(toDataset(row)))
  }

  /** @param id or name. @throws NOT_FOUND */
  get(id: string): StoredDataset {
    return this.find(id) ?? unknown('ds', id)
  }

  /** By id or name. */
  find(id: string): StoredDataset | null {
    const key = keyOf('ds', id)
    const row = (key === null ? undefined : this.#byKey.get(key)) ?? this.#byName.get(id)
    return row ? toDataset(row) : null
  }

  /** Its key alone, without counting anything. @throws NOT_FOUND */
  key(id: string): number {
    return this.#keyOf.get(keyOf('ds', id), id) ?? unknown('ds', id)
  }

  /** Those whose label files lie in this folder. */
  ofRoot(root: string): StoredDataset[] {
    return this.#byRoot.all(root).map(toDataset)
  }

  create(dataset: { name: string; format: string; root: string; hasFiles: boolean; sample: boolean }): StoredDataset {
    const key = newKey()
    const { name, format, root, hasFiles, sample } = dataset
    this.#insert.run(key, name, format, root, hasFiles ? 1 : 0, sample ? 1 : 0, new Date().toISOString())
    return this.get(toId('ds', key))
  }

  rename(key: number, name: string): void {
    this.#rename.run(name, key)
  }

  /** How labels are to be read, by the id of the set; sets for which nobody chose are not among them. */
  policies(): Record<string, Policy> {
    return Object.fromEntries(this.#policies.all().map(({ key, policy }) => [toId('ds', key), JSON.parse(policy) as Policy]))
  }

  setPolicy(key: number, policy: Policy | null): void {
    this.#setPolicy.run(policy && JSON.stringify(policy), key)
  }

  setHasFiles(key: number): void {
    this.#setFiles.run(key)
  }

  /** Delete some of its patients with all that hangs on them; false when none was left. */
  removeSome(key: number, patients: number): boolean {
    return this.#removeSome.run(key, patients).changes > 0
  }

  remove(key: number): boolean {
    return this.#remove.run(key).changes > 0
  }

  skip(key: number, file: SkippedFile): void {
    this.#skip.run(key, file.path, file.code, file.message)
  }

  clearSkips(key: number): void {
    this.#clearSkips.run(key)
  }

  skipped(key: number): SkippedFile[] {
    return this.#skipped.all(key)
  }
}

function toDataset(row: Row): StoredDataset {
  const { key, name, format, root, has_files, sample, created_at, images, patients, studies, labelled, skipped } = row
  return { key, format, root, id: toId('ds', key), name, images, patients, studies, labelled, hasFiles: has_files === 1, sample: sample === 1, createdAt: created_at, skipped }
}

/** What a page may see. */
export function publicDataset({ key: _key, format: _format, root: _root, ...dataset }: StoredDataset): DatasetRow {
  return dataset
}
