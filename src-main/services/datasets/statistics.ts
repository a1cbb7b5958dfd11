import type { Cooccurrence, DatasetStats, LabelCount, PolicyEffect } from '#shared/domain/dataset.ts'
import { LABELS, ruleOf } from '#shared/domain/labels.ts'
import type { Label, LabelPolicy, LabelRule, Policy } from '#shared/domain/labels.ts'
import { allBits, countBits, countBoth, emptyBits, subtract, unite } from '#main/store/browse/bits.ts'
import type { Bits } from '#main/store/browse/bits.ts'
import { blankBits } from '#main/store/browse/columns.ts'
import type { LabelBits } from '#main/store/browse/columns.ts'

type Rules = Pick<Policy, 'uncertain' | 'blank' | 'labels'>

/** Rows of a label that a rule gives one fate, besides those whose value says so itself. */
function fated(set: LabelBits, i: number, { uncertain, blank }: LabelRule, fate: LabelPolicy, said: Bits): Bits {
  const bits = said.slice()
  if (uncertain === fate) unite(bits, set.labels.uncertain[i]!)
  return blank === fate ? unite(bits, blankBits(set, i)) : bits
}

/** Of each label the images that the policy makes positive. */
export function positivesOf(set: LabelBits, policy: Rules): Bits[] {
  return LABELS.map((label, i) => fated(set, i, ruleOf(policy, label), 'ones', set.labels.positive[i]!))
}

/** Of each label the images that are not counted. */
const ignoredOf = (set: LabelBits, policy: Rules): Bits[] => LABELS.map((label, i) => fated(set, i, ruleOf(policy, label), 'ignore', emptyBits(set.rows)))

const anyOf = (positives: readonly Bits[], rows: number): Bits => positives.reduce(unite, emptyBits(rows))

/** Rows that a policy keeps. */
export function keptRows(set: LabelBits, policy: Policy, positives = positivesOf(set, policy)): Bits {
  return policy.dropWithoutPositive ? anyOf(positives, set.rows) : allBits(set.rows)
}

export function labelCounts({ rows, labels }: LabelBits): LabelCount[] {
  return LABELS.map((label, i) => {
    const [positive, negative, uncertain] = [countBits(labels.positive[i]!), countBits(labels.negative[i]!), countBits(labels.uncertain[i]!)]
    return { label, positive, negative, uncertain, blank: rows - positive - negative - uncertain }
  })
}

/** Images positive for both labels of each pair, under the policy. */
export function cooccurrence(set: LabelBits, policy: Rules): Cooccurrence {
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
    positives: byLabel((i) => matrix.counts[i]![i]!),
    cooccurrence: matrix,
  }
}

/**
 * What a policy makes of a set. Decided are cells of kept rows that it reads otherwise than plainly: every uncertain cell, and every blank one that does
 * not simply become a zero.
 * @param before another policy: told is also what changes from it to this one
 */
export function policyEffect(set: LabelBits, policy: Policy, before?: Policy): PolicyEffect {
  const positives = positivesOf(set, policy)
  const ignored = ignoredOf(set, policy)
  const kept = keptRows(set, policy, positives)
  const decided = LABELS.map((label, i) => (ruleOf(policy, label).blank === 'zeros' ? set.labels.uncertain[i]! : subtract(subtract(allBits(set.rows), set.labels.positive[i]!), set.labels.negative[i]!)))
  const count = countBits(kept)
  const becomes = byLabel((i) => {
    const [positive, masked] = [countBoth(kept, positives[i]!), countBoth(kept, ignored[i]!)]
    return { positive, negative: count - positive - masked, ignored: masked }
  })
  return {
    kept: count,
    dropped: set.rows - count,
    changed: byLabel((i) => countBoth(kept, decided[i]!)),
    rows: countBoth(kept, anyOf(decided, set.rows)),
    becomes,
    ...(before && { since: difference(set, { positives, ignored, kept }, before) }),
  }
}

interface Read {
  positives: Bits[]
  ignored: Bits[]
  kept: Bits
}

/** Rows that are read otherwise than under another policy: of each label in rows that both keep, and in all with those that only one keeps. */
function difference(set: LabelBits, now: Read, before: Policy): NonNullable<PolicyEffect['since']> {
  const positives = positivesOf(set, before)
  const kept = keptRows(set, before, positives)
  const ignored = ignoredOf(set, before)
  const moved = different(kept, now.kept)
  const both = subtract(unite(kept.slice(), now.kept), moved)
  const other = LABELS.map((_, i) => unite(different(positives[i]!, now.positives[i]!), different(ignored[i]!, now.ignored[i]!)))
  const anywhere = anyOf(other, set.rows)
  return { kept: countBits(kept), changed: byLabel((i) => countBoth(both, other[i]!)), rows: countBoth(both, anywhere) + countBits(moved) }
}

const different = (a: Bits, b: Bits): Bits => a.map((word, i) => word ^ b[i]!)

const byLabel = <T>(of: (i: number) => T): Record<Label, T> => Object.fromEntries(LABELS.map((label, i) => [label, of(i)])) as Record<Label, T>
