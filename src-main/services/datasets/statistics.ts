import type { Cooccurrence, DatasetStats, LabelCount } from '#shared/domain/dataset.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Label, LabelPolicy, Policy } from '#shared/domain/labels.ts'
import { allBits, countBits, countBoth, emptyBits, subtract, unite } from '#main/store/browse/bits.ts'
import type { Bits } from '#main/store/browse/bits.ts'
import { blankBits } from '#main/store/browse/columns.ts'
import type { Columns } from '#main/store/browse/columns.ts'

/** The labels of a set as bitmaps. */
export type LabelBits = Pick<Columns, 'rows' | 'labels'>

/** Of each label the images that the policy makes positive. */
export function positivesOf(set: LabelBits, { uncertain, blank }: Pick<Policy, 'uncertain' | 'blank'>): Bits[] {
  return LABELS.map((_, i) => {
    const positive = set.labels.positive[i]!.slice()
    if (uncertain === 'ones') unite(positive, set.labels.uncertain[i]!)
    return blank === 'ones' ? unite(positive, blankBits(set, i)) : positive
  })
}

const anyOf = (positives: readonly Bits[], rows: number): Bits => positives.reduce(unite, emptyBits(rows))

export function labelCounts({ rows, labels }: LabelBits): LabelCount[] {
  return LABELS.map((label, i) => {
    const [positive, negative, uncertain] = [countBits(labels.positive[i]!), countBits(labels.negative[i]!), countBits(labels.uncertain[i]!)]
    return { label, positive, negative, uncertain, blank: rows - positive - negative - uncertain }
  })
}

/** Images positive for both labels of each pair, under the policy. */
export function cooccurrence(set: LabelBits, policy: Pick<Policy, 'uncertain' | 'blank'>): Cooccurrence {
  const positives = positivesOf(set, policy)
  const counts = LABELS.map(() => LABELS.map(() => 0))
  for (let i = 0; i < LABELS.length; i++) {
    for (let j = i; j < LABELS.length; j++) counts[i]![j] = counts[j]![i] = countBoth(positives[i]!, positives[j]!)
  }
  return { labels: LABELS, counts }
}

export function stats(set: LabelBits, patients: number, uncertain: LabelPolicy): DatasetStats {
  const policy = { uncertain, blank: 'zeros' } as const
  const matrix = cooccurrence(set, policy)
  return {
    images: set.rows,
    patients,
    labelled: countBits(anyOf(positivesOf(set, policy), set.rows)),
    positives: Object.fromEntries(LABELS.map((label, i) => [label, matrix.counts[i]![i]!])) as Record<Label, number>,
    cooccurrence: matrix,
  }
}

/**
 * Rows that the policy keeps, and cells of kept rows that it decides against their plain reading:
 * every uncertain cell, and every blank cell that does not simply become a zero.
 */
export function policyEffect(set: LabelBits, policy: Policy): { kept: number; dropped: number; changed: Record<string, number> } {
  const kept = policy.dropWithoutPositive ? anyOf(positivesOf(set, policy), set.rows) : allBits(set.rows)
  const decided = (i: number): Bits => (policy.blank === 'zeros' ? set.labels.uncertain[i]! : subtract(subtract(allBits(set.rows), set.labels.positive[i]!), set.labels.negative[i]!))
  const count = countBits(kept)
  return { kept: count, dropped: set.rows - count, changed: Object.fromEntries(LABELS.map((label, i) => [label, countBoth(kept, decided(i))])) }
}
