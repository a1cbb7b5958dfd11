import type { Split, SplitPart } from '../../../src-shared/domain/dataset.ts'
import type { SplitKind } from '../../../src-shared/domain/run.ts'
import { strings as t } from './strings.ts'

export const SPLIT_KINDS = ['patient', 'image', 'file'] as const satisfies readonly SplitKind[]
export const PARTS = ['train', 'val', 'test'] as const satisfies readonly SplitPart[]

/** What is wrong with three shares, or undefined. Empty fields are null. */
export function ratiosProblem(ratios: readonly (number | null)[]): string | undefined {
  if (ratios.some((ratio) => ratio === null || ratio < 0)) return t.ratioMissing
  const sum = ratios.reduce<number>((total, ratio) => total + ratio!, 0)
  if (Math.abs(sum - 100) > 1e-9) return t.ratioSum(Number(sum.toFixed(2)))
  return ratios[0]! > 0 ? undefined : t.ratioTrain
}

export const leaks = ({ leakage }: Pick<Split, 'leakage'>): boolean => leakage.patients > 0 || leakage.studies > 0

/** Per cent, one decimal below ten; what is there never reads as 0. */
export function shareText(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return '<0.1 %'
  return `${percent === 0 || percent >= 10 ? Math.round(percent) : percent.toFixed(1)} %`
}

/** What a leak means for the figures, in one sentence. */
export function leakSentence(split: Pick<Split, 'leakage' | 'test'>): string {
  if (split.test === 0) return t.noTest
  return leaks(split) ? t.leak(shareText(split.leakage.patients), split.leakage.studies > 0 ? shareText(split.leakage.studies) : null) : t.noLeak
}
