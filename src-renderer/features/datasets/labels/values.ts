import type { LabelChange, LabelValues } from '../../../../src-shared/domain/labelEdits.ts'
import { LABELS, type RawLabel } from '../../../../src-shared/domain/labels.ts'
import { strings as t } from './strings.ts'

/** A value as a select has it. */
export const VALUE_KEYS = ['positive', 'negative', 'uncertain', 'blank'] as const
export type ValueKey = (typeof VALUE_KEYS)[number]

const VALUES: Record<ValueKey, RawLabel> = { positive: 1, negative: 0, uncertain: -1, blank: null }

export const rawOf = (key: ValueKey): RawLabel => VALUES[key]
export const keyOf = (raw: RawLabel): ValueKey => VALUE_KEYS.find((key) => VALUES[key] === raw)!
export const valueName = (raw: RawLabel): string => t.values[keyOf(raw)]
export const VALUE_OPTIONS = VALUE_KEYS.map((value) => ({ value, label: t.values[value] }))

/** What a change was, in a few words. */
export function wordsOf({ asked, undoes }: Pick<LabelChange, 'asked' | 'undoes'>): string {
  const values = askedWords(asked)
  return values.length ? values.join(', ') : undoes ? t.tookBack : t.copied
}

const askedWords = (asked: LabelValues): string[] => LABELS.flatMap((label) => (asked[label] === undefined ? [] : [t.became(label, valueName(asked[label]))]))
