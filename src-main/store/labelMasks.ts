/** Labels of a row as masks, a bit a label in the order of `LABELS`: of `labels` (alias `l`), with what people changed (`edited_labels`, alias `e`). */
import { LABELS } from '#shared/domain/labels.ts'
import type { Label, RawLabel } from '#shared/domain/labels.ts'

/** The values that a bit of each row and label stands for; a label with none of the three bits is blank. */
export const RAW_VALUES = ['positive', 'negative', 'uncertain'] as const
export type RawValue = (typeof RAW_VALUES)[number]
export type Masks = Record<RawValue, number>

export const EDITS_JOIN = 'LEFT JOIN edited_labels e ON e.key = l.key'

const editedMask = (value: RawValue): string => `((l.${value} & ~coalesce(e.edited, 0)) | coalesce(e.${value}, 0))`

/** Columns `positive`, `negative` and `uncertain` as edited. */
export const EDITED_MASKS = RAW_VALUES.map((value) => `${editedMask(value)} AS ${value}`).join(', ')

/** Columns `rawPositive`, `rawNegative` and `rawUncertain`. */
export const SOURCE_MASKS = 'l.positive AS rawPositive, l.negative AS rawNegative, l.uncertain AS rawUncertain'

/** The value, as edited, of the label whose place a parameter gives. */
export const valueAt = (place: string): string =>
  `(CASE ${([['positive', 1], ['negative', 0], ['uncertain', -1]] as const).map(([value, is]) => `WHEN (${editedMask(value)} >> ${place}) & 1 THEN ${is}`).join(' ')} END)`

export const valueOf = ({ positive, negative, uncertain }: Masks, place: number): RawLabel =>
  (positive >> place) & 1 ? 1 : (negative >> place) & 1 ? 0 : (uncertain >> place) & 1 ? -1 : null

export const labelsOf = (masks: Masks): Record<Label, RawLabel> => Object.fromEntries(LABELS.map((label, i) => [label, valueOf(masks, i)])) as Record<Label, RawLabel>
