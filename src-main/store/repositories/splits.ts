import type { Split, SplitPart } from '#shared/domain/dataset.ts'
import { plainPolicy } from '#shared/domain/labels.ts'
import type { Policy } from '#shared/domain/labels.ts'
import type { Db } from '../connection.ts'
import { newKey, requireKey, toId, unknown } from '../ids.ts'

/** Part by its number in `split_parts` and in split.npy. */
export const PARTS: readonly SplitPart[] = ['train', 'val', 'test']

export interface NewSplit extends Omit<Split, 'id' | 'createdAt' | 'dataset'> {
  /** Key. */
  dataset: number
  preset: string | null
  ratios: readonly [number, number, number]
  policy: Policy
  /** Rows of the data set, those that the policy drops among them. */
  images: number
  /** Hash of the labels that chose its rows, empty where they are the source's own or nothing hung on them. */
  labels: string
}

export interface StoredSplit extends Split {
  key: number
  ratios: [number, number, number]
  preset: string | null
}

/** Without the parts, a byte a row. */
const COLUMNS = 'key, dataset, kind, preset, seed, ratios, train, val, test, leakage_patients, leakage_studies, created_at'

/** Of rows that a split leaves out. */
const NO_PART = 255

interface Row {
  key: number
  dataset: number
  kind: Split['kind']
  preset: string | null
  seed: number
  ratios: string
  train: number
  val: number
  test: number
  leakage_patients: number
  leakage_studies: number
  created_at: string
}

export class SplitsRepository {
  readonly #insert
  readonly #byKey
  readonly #ofDataset
  readonly #same
  readonly #parts
  readonly #stored
  #last: { key: number; parts: Uint8Array } | null = null

  constructor(db: Db) {
    this.#insert = db.prepare(`
      INSERT INTO splits (key, dataset, kind, preset, seed, ratios, policy, images, labels, train, val, test, leakage_patients, leakage_studies, created_at, parts)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#byKey = db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM splits WHERE key = ?`)
    this.#ofDataset = db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM splits WHERE dataset = ? ORDER BY created_at DESC, key`)
    this.#same = db.prepare<[number, string, string | null, number, string, string, number, string], Row>(
      `SELECT ${COLUMNS} FROM splits WHERE dataset = ? AND kind = ? AND preset IS ? AND seed = ? AND ratios = ? AND policy = ? AND images = ? AND labels = ? ORDER BY created_at DESC LIMIT 1`,
    )
    this.#stored = db.prepare<[number], Buffer>('SELECT parts FROM splits WHERE key = ?').pluck()
    this.#parts = db.prepare<[number], { parts: Buffer; rows: number }>('SELECT parts, (SELECT count(*) FROM dataset_images d WHERE d.dataset = splits.dataset) AS rows FROM splits WHERE key = ?')
  }

  /** @param parts of every row of the data set, in its order: 0 train, 1 val, 2 test, 255 for rows that are not in it */
  create(split: NewSplit, parts: Uint8Array): StoredSplit {
    const { dataset, kind, preset, seed, ratios, policy, images, labels, train, val, test, leakage } = split
    const key = newKey()
    this.#insert.run(key, dataset, kind, preset, seed, JSON.stringify(ratios), policyKey(policy), images, labels, train, val, test, leakage.patients, leakage.studies, new Date().toISOString(), parts)
    return this.get(toId('sp', key))
  }

  /** @throws NOT_FOUND */
  get(id: string): StoredSplit {
    const row = this.#byKey.get(requireKey('sp', id))
    return row ? toSplit(row) : unknown('sp', id)
  }

  /** Newest first. */
  ofDataset(dataset: number): StoredSplit[] {
    return this.#ofDataset.all(dataset).map(toSplit)
  }

  /** The newest split asked for in the same way, of a set that has not grown since and whose rows are chosen by the same labels. */
  same(split: Pick<NewSplit, 'dataset' | 'kind' | 'preset' | 'seed' | 'ratios' | 'policy' | 'images' | 'labels'>): StoredSplit | null {
    const row = this.#same.get(split.dataset, split.kind, split.preset, split.seed, JSON.stringify(split.ratios), policyKey(split.policy), split.images, split.labels)
    return row ? toSplit(row) : null
  }

  /** Part of every row of the data set in its order: 0 train, 1 val, 2 test, 255 for rows that are not in it. */
  parts({ key }: Pick<StoredSplit, 'key'>): Uint8Array<ArrayBuffer> {
    const { parts, rows } = this.#parts.get(key) ?? { parts: Buffer.alloc(0), rows: 0 }
    // Rows that came after the split was made are in none of its parts.
    const all = new Uint8Array(rows).fill(NO_PART)
    all.set(parts.subarray(0, rows))
    return all
  }

  /** The same for reading only, of a split asked for again and again. */
  partsOf(key: number): Uint8Array {
    if (this.#last?.key !== key) this.#last = { key, parts: new Uint8Array(this.#stored.get(key) ?? []) }
    return this.#last.parts
  }
}

/** Equal policies are equal text. */
const policyKey = (policy: Policy): string => JSON.stringify(plainPolicy(policy))

function toSplit(row: Row): StoredSplit {
  const { key, dataset, kind, preset, seed, ratios, train, val, test, leakage_patients, leakage_studies, created_at } = row
  return {
    key,
    preset,
    ratios: JSON.parse(ratios) as [number, number, number],
    id: toId('sp', key),
    dataset: toId('ds', dataset),
    kind,
    seed,
    train,
    val,
    test,
    leakage: { patients: leakage_patients, studies: leakage_studies },
    createdAt: created_at,
  }
}

/** What a page may see. */
export function publicSplit({ key: _key, preset: _preset, ratios: _ratios, ...split }: StoredSplit): Split {
  return split
}
