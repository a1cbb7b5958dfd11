import type { Cooccurrence } from '../../../src-shared/domain/dataset.ts'
import { strings as t } from './strings.ts'

/** One row of the paper's Table 2. */
export interface ShareRow {
  /** Per cent of the images that carry the row's label; null where there are none. */
  all: number | null
  /** Per cent of the row label's images that also carry the column's; null for a label that no image carries. */
  shares: (number | null)[]
}

/** @param images rows that the policy keeps */
export function shareRows({ counts }: Cooccurrence, images: number): ShareRow[] {
  return counts.map((row, i) => {
    const own = row[i] ?? 0
    return { all: images > 0 ? (own / images) * 100 : null, shares: row.map((both) => (own > 0 ? (both / own) * 100 : null)) }
  })
}

/** Whole per cents as in the paper; what is there but rounds to nothing says so. */
export function percentText(value: number | null): string {
  if (value === null) return '–'
  return value > 0 && value < 0.5 ? '<1' : String(Math.round(value))
}

/** What the number of a cell means, in words. Column -1 is "all". */
export function cellSentence({ labels, counts }: Cooccurrence, images: number, row: number, column: number): string {
  const label = labels[row]!
  const own = counts[row]![row]!
  if (column < 0) return t.cellAll(own, images, label, percentText(images > 0 ? (own / images) * 100 : null))
  if (own === 0) return t.cellNone(label)
  if (row === column) return t.cellOwn(own, label)
  const both = counts[row]![column]!
  return t.cellBoth(both, own, label, labels[column]!, percentText((both / own) * 100))
}
