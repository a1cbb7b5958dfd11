import type { RawLabel } from '#shared/domain/labels.ts'
import type { Db } from '../connection.ts'
import { LABEL_COLUMNS } from '../labelColumns.ts'

/** Rows of a data set that are labelled alike; a bit of each mask stands for a label, in the order of `LABELS`. */
export interface LabelPattern {
  positive: number
  negative: number
  uncertain: number
  images: number
}

export class LabelsRepository {
  readonly #patterns
  readonly #raw
  readonly #count

  constructor(db: Db) {
    this.#patterns = db.prepare<[number], LabelPattern>(`
      SELECT positive, negative, uncertain, count(*) AS images FROM labels WHERE dataset = ? GROUP BY positive, negative, uncertain`)
    this.#raw = db
      .prepare<[number], RawLabel[]>(`SELECT ${LABEL_COLUMNS.map((column) => `l.${column}`).join(', ')} FROM dataset_images d JOIN labels l ON l.key = d.key WHERE d.dataset = ? ORDER BY d.row`)
      .raw()
    this.#count = db.prepare<[number], number>('SELECT count(*) FROM labels WHERE dataset = ?').pluck()
  }

  /** Every way in which rows are labelled, with how many are: all counts of the set follow from it. */
  patterns(dataset: number): LabelPattern[] {
    return this.#patterns.all(dataset)
  }

  /** Raw values in the order of the set, row-major [rows, 14]; `BLANK` stands for "not mentioned". */
  matrix(dataset: number): Int8Array {
    const matrix = new Int8Array((this.#count.get(dataset) ?? 0) * LABEL_COLUMNS.length)
    let at = 0
    for (const row of this.#raw.iterate(dataset)) for (const value of row) matrix[at++] = value ?? BLANK
    return matrix
  }
}

/** "Not mentioned" in `LabelsRepository.matrix`. */
export const BLANK = -128

