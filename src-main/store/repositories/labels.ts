import { createHash } from 'node:crypto'
import type { RunLabels } from '#shared/domain/labelEdits.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Db } from '../connection.ts'
import { EDITED_MASKS, EDITS_JOIN, valueOf } from '../labelMasks.ts'

/** The labels of whole data sets, as edited. */
export class LabelsRepository {
  readonly #masks
  readonly #count
  readonly #edited

  constructor(db: Db) {
    this.#masks = db
      .prepare<[number], [number, number, number]>(`SELECT ${EDITED_MASKS} FROM dataset_images d JOIN labels l ON l.key = d.key ${EDITS_JOIN} WHERE d.dataset = ? ORDER BY d.row`)
      .raw()
    this.#count = db.prepare<[number], number>('SELECT count(*) FROM labels WHERE dataset = ?').pluck()
    this.#edited = db.prepare<[number], { edited: number; images: number }>('SELECT edited, count(*) AS images FROM edited_labels WHERE dataset = ? GROUP BY edited')
  }

  /** Values as edited, in the order of the set, row-major [rows, 14]; `BLANK` stands for "not mentioned". */
  matrix(dataset: number): Int8Array {
    const matrix = new Int8Array((this.#count.get(dataset) ?? 0) * LABELS.length)
    let at = 0
    for (const [positive, negative, uncertain] of this.#masks.iterate(dataset)) {
      for (let label = 0; label < LABELS.length; label++) matrix[at++] = valueOf({ positive, negative, uncertain }, label) ?? BLANK
    }
    return matrix
  }

  /** How much of a set differs from its source. */
  edited(dataset: number): Omit<RunLabels, 'hash'> {
    const counts = { cells: 0, images: 0 }
    for (const { edited, images } of this.#edited.iterate(dataset)) {
      counts.images += images
      counts.cells += images * LABELS.filter((_, label) => (edited >> label) & 1).length
    }
    return counts
  }
}

/** sha256 of a `matrix`: equal hashes are equal labels of equally many rows. */
export const hashOfLabels = (matrix: Int8Array): string => createHash('sha256').update(matrix).digest('hex')

/** "Not mentioned" in `LabelsRepository.matrix`. */
export const BLANK = -128
