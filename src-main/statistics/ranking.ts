import type { Cells } from './judged.ts'

/**
 * Cells of a label sorted once, from the highest score down. A bootstrap resample is then only another weight for each patient: every figure is one
 * pass without sorting.
 */
export interface Ranking {
  scores: Float32Array
  targets: Uint8Array
  patients: Int32Array
  /** 1 where the next score is lower: ties are taken together. */
  last: Uint8Array
}

/** Places at which the bands of both curves are taken: 0, .02, ... 1. */
export const GRID_STEPS = 50

export interface RankFigures {
  /** Area under the ROC curve (Mann-Whitney, ties count one half). */
  auc: number
  /** Average precision: sum of (R_n - R_{n-1}) P_n over the distinct scores. */
  ap: number
}

export function ranking({ logits, targets, patients }: Cells): Ranking {
  const order = Uint32Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]!)
  const scores = Float32Array.from(order, (cell) => logits[cell]!)
  return {
    scores,
    targets: Uint8Array.from(order, (cell) => targets[cell]!),
    patients: Int32Array.from(order, (cell) => patients[cell]!),
    last: Uint8Array.from(scores, (score, i) => Number(scores[i + 1] !== score)),
  }
}

/** Positives and negatives by weight. */
export function classWeights({ targets, patients }: Ranking, weights: ArrayLike<number>): { positives: number; negatives: number } {
  let positives = 0
  let all = 0
  for (let i = 0; i < targets.length; i++) {
    const weight = weights[patients[i]!]!
    all += weight
    if (targets[i]) positives += weight
  }
  return { positives, negatives: all - positives }
}

/** @param weights whole number for each patient. @returns null when a class has no weight */
export function rankFigures(ranks: Ranking, weights: ArrayLike<number>): RankFigures | null {
  const { targets, patients, last } = ranks
  let [tp, fp, tpBefore, fpBefore, area, precision] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < targets.length; i++) {
    const weight = weights[patients[i]!]!
    if (targets[i]) tp += weight
    else fp += weight
    if (!last[i]) continue
    area += (fp - fpBefore) * (tp + tpBefore)
    if (tp > tpBefore) precision += ((tp - tpBefore) * tp) / (tp + fp)
    tpBefore = tp
    fpBefore = fp
  }
  return tp && fp ? { auc: area / (2 * tp * fp), ap: precision / tp } : null
}

/**
 * Sensitivity on the grid of 1 - specificity (linear between points, as the area is taken), and precision on the grid of recall (that of the highest
 * threshold that reaches it, as average precision is taken).
 * @param tpr,precision filled, GRID_STEPS + 1 each. @returns false, with nothing filled, when a class has no weight
 */
export function curvesOnGrid(ranks: Ranking, weights: ArrayLike<number>, tpr: Float64Array, precision: Float64Array): boolean {
  const { positives, negatives } = classWeights(ranks, weights)
  if (!positives || !negatives) return false
  const { targets, patients, last } = ranks
  let [tp, fp, tpBefore, fpBefore, atFpr, atRecall] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < targets.length; i++) {
    const weight = weights[patients[i]!]!
    if (targets[i]) tp += weight
    else fp += weight
    if (!last[i]) continue
    // Counts times steps are whole numbers: no rounding decides on which side of a point a place lies.
    for (; atFpr * negatives < fp * GRID_STEPS; atFpr++) {
      const between = ((atFpr * negatives) / GRID_STEPS - fpBefore) / (fp - fpBefore)
      tpr[atFpr] = (tpBefore + between * (tp - tpBefore)) / positives
    }
    for (; tp > 0 && atRecall * positives <= tp * GRID_STEPS && atRecall <= GRID_STEPS; atRecall++) precision[atRecall] = tp / (tp + fp)
    tpBefore = tp
    fpBefore = fp
  }
  tpr[GRID_STEPS] = 1
  return true
}
