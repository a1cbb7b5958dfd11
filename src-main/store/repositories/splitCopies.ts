import type { Db } from '../connection.ts'
import { newKey, toId } from '../ids.ts'

/** What a split is judged by: of each row of the data set, numbers of its patient and study. */
export interface Places {
  patients: Uint32Array
  studies: Uint32Array
}

interface ChangedParts {
  parts: Uint8Array
  train: number
  val: number
  test: number
  leakage: { patients: number; studies: number }
  /** Films that are in another part than in the split it is made from. */
  moved: number
}

/** Splits made from others by moving films. */
export class SplitCopiesRepository {
  readonly #copy
  readonly #moved
  readonly #places

  constructor(db: Db) {
    this.#copy = db.prepare(`
      INSERT INTO splits (key, dataset, kind, preset, seed, ratios, policy, images, labels, train, val, test, leakage_patients, leakage_studies, created_at, parts, moved)
      SELECT ?, dataset, kind, preset, seed, ratios, policy, images, labels, ?, ?, ?, ?, ?, ?, ?, coalesce(moved, 0) + ? FROM splits WHERE key = ?`)
    this.#moved = db.prepare<[number], number | null>('SELECT moved FROM splits WHERE key = ?').pluck()
    this.#places = db.prepare<[number, number, number], [row: number, patient: string, study: number]>(`
      SELECT d.row, d.patient, s.study FROM dataset_images d JOIN images i ON i.key = d.image JOIN series s ON s.key = i.series WHERE d.dataset = ? AND d.row >= ? ORDER BY d.row LIMIT ?`).raw()
  }

  /** As the split of this key was asked for, so that it is the one that serves from now on. @returns its id */
  copy(key: number, { parts, train, val, test, leakage, moved }: ChangedParts): string {
    const made = newKey()
    this.#copy.run(made, train, val, test, leakage.patients, leakage.studies, new Date().toISOString(), parts, moved, key)
    return toId('sp', made)
  }

  /** Films that were moved to make it; null for a split that was made otherwise. */
  moved(key: number): number | null {
    return this.#moved.get(key) ?? null
  }

  /** A batch at a time. @param rows of the set */
  *places(dataset: number, rows: number, batch = 5000): Generator<void, Places> {
    const numbers = new Map<string, number>()
    const [patients, studies] = [new Uint32Array(rows), new Uint32Array(rows)]
    for (let from = 0; ; ) {
      const page = this.#places.all(dataset, from, batch)
      if (!page.length) return { patients, studies }
      for (const [row, patient, study] of page) {
        const known = numbers.get(patient) ?? numbers.size
        numbers.set(patient, known)
        patients[row] = known
        studies[row] = study
      }
      from = page.at(-1)![0] + 1
      yield
    }
  }
}
