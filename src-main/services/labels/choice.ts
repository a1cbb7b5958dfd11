import type { ImageFilter } from '#shared/domain/dataset.ts'
import type { EditPreview, LabelValues } from '#shared/domain/labelEdits.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { countBits, countBoth, emptyBits, setBit } from '#main/store/browse/bits.ts'
import type { Bits } from '#main/store/browse/bits.ts'
import { blankBits } from '#main/store/browse/columns.ts'
import type { Columns } from '#main/store/browse/columns.ts'
import type { StoredFilter } from '#main/store/browse/conditions.ts'
import { requireKey } from '#main/store/ids.ts'
import type { Store } from '#main/store/index.ts'

/** Images of a data set: rows by their ids, else all that meet the filter. */
export interface Choice {
  /** Id or name. */
  dataset: string
  rows?: readonly string[] | undefined
  filter: ImageFilter
}

/** Keys of the rows that are meant. @throws NOT_FOUND */
export function chosenImages(store: Store, { dataset, rows, filter }: Choice): Uint32Array {
  if (rows) return Uint32Array.from(new Set(rows), (id) => requireKey('di', id))
  return store.datasetImages.matching(store.datasets.key(dataset), storedFilter(store, filter))
}

/** What an edit would change, counted in the columns of the set. */
export function previewOf(store: Store, request: Choice & { values: LabelValues }): EditPreview {
  const dataset = store.datasets.key(request.dataset)
  const columns = store.datasetImages.columns(dataset)
  const chosen = request.rows ? bitsOf(columns, chosenImages(store, request)) : store.datasetImages.matchingBits(dataset, storedFilter(store, request.filter))
  const images = countBits(chosen)
  const changed: EditPreview['changed'] = {}
  for (const [i, label] of LABELS.entries()) {
    const value = request.values[label]
    if (value !== undefined) changed[label] = images - countBoth(chosen, haveValue(columns, i, value))
  }
  return { images, changed, cells: Object.values(changed).reduce((sum, count) => sum + count, 0) }
}

const NAMES = { '1': 'positive', '0': 'negative', '-1': 'uncertain' } as const

const haveValue = (columns: Columns, label: number, value: 1 | 0 | -1 | null): Bits => (value === null ? blankBits(columns, label) : columns.labels[NAMES[value]][label]!)

function bitsOf({ rows, keys }: Columns, chosen: Uint32Array): Bits {
  const wanted = new Set(chosen)
  const bits = emptyBits(rows)
  for (let row = 0; row < rows; row++) if (wanted.has(keys[row]!)) setBit(bits, row)
  return bits
}

/** A filter as the store knows it. @throws NOT_FOUND */
export const storedFilter = (store: Store, { split, ...filter }: ImageFilter): StoredFilter => ({ ...filter, split: split === undefined ? undefined : store.splits.get(split).key })
