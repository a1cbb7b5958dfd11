import type { Cooccurrence, DatasetStats, LabelCount } from '#shared/domain/dataset.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Label, LabelPolicy, Policy } from '#shared/domain/labels.ts'
import type { LabelPattern } from '#main/store/repositories/labels.ts'

/** Mask with the bit of every label. */
const ALL = (1 << LABELS.length) - 1

const blankOf = ({ positive, negative, uncertain }: LabelPattern): number => ALL & ~(positive | negative | uncertain)

/** Labels that the policy makes positive. */
export function positivesOf(pattern: LabelPattern, { uncertain, blank }: Pick<Policy, 'uncertain' | 'blank'>): number {
  return pattern.positive | (uncertain === 'ones' ? pattern.uncertain : 0) | (blank === 'ones' ? blankOf(pattern) : 0)
}

const sumOver = (patterns: readonly LabelPattern[], holds: (pattern: LabelPattern) => boolean): number =>
  patterns.reduce((sum, pattern) => sum + (holds(pattern) ? pattern.images : 0), 0)

export function labelCounts(patterns: readonly LabelPattern[]): LabelCount[] {
  return LABELS.map((label, i) => {
    const bit = 1 << i
    const count = (mask: (pattern: LabelPattern) => number): number => sumOver(patterns, (pattern) => (mask(pattern) & bit) !== 0)
    return {
      label,
      positive: count((pattern) => pattern.positive),
      negative: count((pattern) => pattern.negative),
      uncertain: count((pattern) => pattern.uncertain),
      blank: count(blankOf),
    }
  })
}

/** Images positive for both labels of each pair, under the policy. */
export function cooccurrence(patterns: readonly LabelPattern[], policy: Pick<Policy, 'uncertain' | 'blank'>): Cooccurrence {
  const counts = LABELS.map(() => LABELS.map(() => 0))
  for (const pattern of patterns) {
    const positive = positivesOf(pattern, policy)
    for (let i = 0; i < LABELS.length; i++) {
      if (!(positive & (1 << i))) continue
      for (let j = 0; j < LABELS.length; j++) if (positive & (1 << j)) counts[i]![j]! += pattern.images
    }
  }
  return { labels: LABELS, counts }
}

export function stats(patterns: readonly LabelPattern[], patients: number, uncertain: LabelPolicy): DatasetStats {
  const policy = { uncertain, blank: 'zeros' } as const
  const matrix = cooccurrence(patterns, policy)
  return {
    images: sumOver(patterns, () => true),
    patients,
    labelled: sumOver(patterns, (pattern) => positivesOf(pattern, policy) !== 0),
    positives: Object.fromEntries(LABELS.map((label, i) => [label, matrix.counts[i]![i]!])) as Record<Label, number>,
    cooccurrence: matrix,
  }
}

/**
 * Rows that the policy keeps, and cells of kept rows that it decides against their plain reading:
 * every uncertain cell, and every blank cell that does not simply become a zero.
 */
export function policyEffect(patterns: readonly LabelPattern[], policy: Policy): { kept: number; dropped: number; changed: Record<string, number> } {
  const keeps = (pattern: LabelPattern): boolean => !policy.dropWithoutPositive || positivesOf(pattern, policy) !== 0
  const kept = patterns.filter(keeps)
  const decided = (pattern: LabelPattern): number => pattern.uncertain | (policy.blank === 'zeros' ? 0 : blankOf(pattern))
  return {
    kept: sumOver(kept, () => true),
    dropped: sumOver(patterns, (pattern) => !keeps(pattern)),
    changed: Object.fromEntries(LABELS.map((label, i) => [label, sumOver(kept, (pattern) => (decided(pattern) & (1 << i)) !== 0)])),
  }
}
