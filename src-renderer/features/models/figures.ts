import { LABELS, type Label } from '../../../src-shared/domain/labels.ts'
import type { AucByLabel } from '../../../src-shared/domain/run.ts'

/** Macro and count of the AUCs that are defined. */
export function macroOf(perLabel: Readonly<Record<Label, number | null>>): AucByLabel {
  const known = LABELS.map((label) => perLabel[label]).filter((value) => value !== null)
  return { macro: known.length ? known.reduce((a, b) => a + b, 0) / known.length : null, defined: known.length, perLabel: { ...perLabel } }
}

/** `1a2b3c4d…7890`: enough of a hash to tell two apart by eye. */
export const shortHash = (hash: string): string => (hash.length > 16 ? `${hash.slice(0, 8)}…${hash.slice(-4)}` : hash)
