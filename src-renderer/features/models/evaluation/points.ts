import type { LabelCurves } from '../../../../src-shared/domain/evaluation.ts'
import type { Confusion } from '../../../../src-shared/statistics/intervals.ts'

/**
 * The slider of thresholds stops at every point of the curve: 0 is the lowest score (every film over it), the greatest position lies above every film.
 * A position says which films are over, so that it is exact where a probability would round.
 */
export const positions = ({ points }: LabelCurves): number => points.length

/** Where the slider stands for a threshold: the films over it are those of the model. */
export function positionOf({ points }: LabelCurves, threshold: number): number {
  return points.length - 1 - points.findLastIndex((point) => point.threshold >= threshold)
}

/** Null above every film. */
export const thresholdAt = ({ points }: LabelCurves, position: number): number | null => points[points.length - 1 - position]?.threshold ?? null

export function confusionAt({ points, positives, negatives }: LabelCurves, position: number): Confusion {
  const { tp, fp } = points[points.length - 1 - position] ?? { tp: 0, fp: 0 }
  return { tp, fp, fn: positives - tp, tn: negatives - fp }
}
