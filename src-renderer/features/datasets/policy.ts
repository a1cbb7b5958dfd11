import type { LabelPolicy, Policy } from '../../../src-shared/domain/labels.ts'
import { strings as t } from './strings.ts'

export const LABEL_POLICIES = ['zeros', 'ones', 'ignore'] as const satisfies readonly LabelPolicy[]

const isLabelPolicy = (value: unknown): value is LabelPolicy => LABEL_POLICIES.some((policy) => policy === value)

function isPolicy(value: unknown): value is Policy {
  const { uncertain, blank, dropWithoutPositive } = (value ?? {}) as Partial<Policy>
  return isLabelPolicy(uncertain) && isLabelPolicy(blank) && typeof dropWithoutPositive === 'boolean'
}

/** Stored policies by data set; what is not one is left out. */
export function readPolicies(text: string | null): Record<string, Policy> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}')
    return Object.fromEntries(Object.entries(parsed as object).filter((entry): entry is [string, Policy] => isPolicy(entry[1])))
  } catch {
    return {}
  }
}

/** `U-Zeros` as the field calls it, with what differs from the paper's rule for the rest. */
export function policyName({ uncertain, blank, dropWithoutPositive }: Policy): string {
  const name = { zeros: 'U-Zeros', ones: 'U-Ones', ignore: 'U-Ignore' }[uncertain]
  return [name, blank !== 'zeros' && t.blankAs(t.policies[blank]), !dropWithoutPositive && t.allRows].filter(Boolean).join(', ')
}
