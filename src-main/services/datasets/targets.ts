import { IGNORED, LABELS, target } from '#shared/domain/labels.ts'
import type { Policy, RawLabel } from '#shared/domain/labels.ts'
import { BLANK } from '#main/store/repositories/labels.ts'

/** Value of a split array that leaves a row out of the run. */
export const LEFT_OUT = 255

/**
 * Training targets of raw labels under a policy.
 * @param raw row-major [rows, 14], `BLANK` for "not mentioned"
 * @returns the same shape with 0, 1 or IGNORED (255)
 */
export function targetsOf(raw: Int8Array, policy: Policy): Uint8Array {
  const byValue = LABELS.map((label) => new Map([1, 0, -1, BLANK].map((value) => [value, target((value === BLANK ? null : value) as RawLabel, policy, label)])))
  return Uint8Array.from(raw, (value, cell) => byValue[cell % LABELS.length]!.get(value) ?? IGNORED)
}

/** Whether a row of `targetsOf` has a positive label. */
export function hasPositive(targets: Uint8Array, row: number): boolean {
  return targets.subarray(row * LABELS.length, (row + 1) * LABELS.length).includes(1)
}

/** Part of every row, without those that have no readable film or were excluded. */
export function partsOf(split: Uint8Array, without: ReadonlySet<number>): Uint8Array {
  return split.map((part, row) => (without.has(row) ? LEFT_OUT : part))
}
