import type { RawLabel } from '#shared/domain/labels.ts'
import type { Db } from '../connection.ts'
import { LABEL_COLUMNS } from '../labelColumns.ts'

export class LabelsRepository {
  readonly #raw
  readonly #count

  constructor(db: Db) {
    this.#raw = db
      .prepare<[number], RawLabel[]>(`SELECT ${LABEL_COLUMNS.map((column) => `l.${column}`).join(', ')} FROM dataset_images d JOIN labels l ON l.key = d.key WHERE d.dataset = ? ORDER BY d.row`)
      .raw()
    this.#count = db.prepare<[number], number>('SELECT count(*) FROM labels WHERE dataset = ?').pluck()
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

