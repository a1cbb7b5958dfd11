import type { LabelPolicy, Policy } from '../../../src-shared/domain/labels.ts'
import { strings as t } from './strings.ts'

export const LABEL_POLICIES = ['zeros', 'ones', 'ignore'] as const satisfies readonly LabelPolicy[]

/** `U-Zeros` as the field calls it, with what differs from the paper's rule for the rest. */
export function policyName({ uncertain, blank, dropWithoutPositive, labels }: Policy): string {
  const name = { zeros: 'U-Zeros', ones: 'U-Ones', ignore: 'U-Ignore' }[uncertain]
  return [name, blank !== 'zeros' && t.blankAs(t.policies[blank]), !dropWithoutPositive && t.allRows, labels && Object.keys(labels).length > 0 && t.ownRules(Object.keys(labels).length)].filter(Boolean).join(', ')
}
