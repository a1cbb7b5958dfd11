import { LABELS } from '#shared/domain/labels.ts'
import type { Label } from '#shared/domain/labels.ts'

/** Column of a label in table `labels`: `Pleural Effusion` -> `pleural_effusion`. */
export const columnOf = (label: Label): string => label.toLowerCase().replaceAll(' ', '_')

export const LABEL_COLUMNS: readonly string[] = LABELS.map(columnOf)

/** Bit of a label in the masks `positive`, `negative` and `uncertain`. */
export const bitOf = (label: Label): number => 1 << LABELS.indexOf(label)
