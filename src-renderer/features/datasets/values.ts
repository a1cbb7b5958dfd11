import type { LabelValue } from './filter.ts'

/** Raw values in the order of every bar and legend. */
export const VALUES = ['positive', 'negative', 'uncertain', 'blank'] as const satisfies readonly LabelValue[]
