import type { LabelCount } from '../../../src-shared/domain/dataset.ts'
import { VALUES } from './values.ts'
import type { LabelValue } from './filter.ts'

export interface Segment {
  value: LabelValue
  count: number
  /** Per cent of the bar. */
  from: number
  width: number
}

/** A bar of the four raw values; the shares sum to 100 whatever the counts. Empty for a set without images. */
export function segments(count: LabelCount): Segment[] {
  const total = VALUES.reduce((sum, value) => sum + count[value], 0)
  let from = 0
  if (total === 0) return []
  return VALUES.map((value) => {
    const segment = { value, count: count[value], from, width: (count[value] / total) * 100 }
    from += segment.width
    return segment
  }).filter((segment) => segment.count > 0)
}
