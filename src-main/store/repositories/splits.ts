import type { Split, SplitPart } from '#shared/domain/dataset.ts'
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
}

export interface StoredSplit extends Split {
  key: number
  ratios: [number, number, number]
  preset: string | null
}

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
  readonly #db
  readonly #insert
  readonly #insertPart
  readonly #byKey
  readonly #ofDataset
  readonly #same
  readonly #parts

  constructor(db: Db) {
    this.#db = db
    this.#insert = db.prepare(`
      INSERT INTO splits (key, dataset, kind, preset, seed, ratios, policy, images, train, val, test, leakage_patients, leakage_studies, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#insertPart = db.prepare('INSERT INTO split_parts (split, image, part) VALUES (?, ?, ?)')
    this.#byKey = db.prepare<[number], Row>('SELECT * FROM splits WHERE key = ?')
    this.#ofDataset = db.prepare<[number], Row>('SELECT * FROM splits WHERE dataset = ? ORDER BY created_at DESC, key')
    this.#same = db.prepare<[number, string, string | null, number, string, string, number], Row>(
      'SELECT * FROM splits WHERE dataset = ? AND kind = ? AND preset IS ? AND seed = ? AND ratios = ? AND policy = ? AND images = ? ORDER BY created_at DESC LIMIT 1',
    )
    this.#parts = db
      .prepare<{ split: number; dataset: number }, number | null>('SELECT sp.part FROM dataset_images d LEFT JOIN split_parts sp ON sp.split = @split AND sp.image = d.key WHERE d.dataset = @dataset ORDER BY d.row')
      .pluck()
  }

  /** @param parts of the rows `keys` of the data set: 0 train, 1 val, 2 test */
  create(split: NewSplit, keys: readonly number[], parts: Uint8Array): StoredSplit {
    const { dataset, kind, preset, seed, ratios, policy, images, train, val, test, leakage } = split
    const key = newKey()
    this.#db
      .transaction(() => {
        this.#insert.run(key, dataset, kind, preset, seed, JSON.stringify(ratios), policyKey(policy), images, train, val, test, leakage.patients, leakage.studies, new Date().toISOString())
        keys.forEach((image, i) => this.#insertPart.run(key, image, parts[i]!))
      })
      .immediate()
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

  /** The newest split asked for in the same way, of a set that has not grown since. */
  same(split: Pick<NewSplit, 'dataset' | 'kind' | 'preset' | 'seed' | 'ratios' | 'policy' | 'images'>): StoredSplit | null {
    const row = this.#same.get(split.dataset, split.kind, split.preset, split.seed, JSON.stringify(split.ratios), policyKey(split.policy), split.images)
    return row ? toSplit(row) : null
  }

  /** Part of every row of the data set in its order: 0 train, 1 val, 2 test, 255 for rows that are not in it. */
  parts(split: StoredSplit): Uint8Array {
    return Uint8Array.from(this.#parts.all({ split: split.key, dataset: requireKey('ds', split.dataset) }), (part) => part ?? 255)
  }
}

/** Equal policies are equal text. */
const policyKey = ({ uncertain, blank, dropWithoutPositive }: Policy): string => JSON.stringify({ uncertain, blank, dropWithoutPositive })

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
