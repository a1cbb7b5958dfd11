import type { CurvePoint } from '#shared/domain/evaluation.ts'
import type { Confusion } from '#shared/statistics/intervals.ts'
import { sigmoid } from '#shared/statistics/probability.ts'
import type { Ranking } from './ranking.ts'

/** More points than a picture can show, few enough to send. */
const MOST_POINTS = 200

/** Every distinct score, from the highest down. */
export function curvePoints({ scores, targets, last }: Ranking): CurvePoint[] {
  const points: CurvePoint[] = []
  let [tp, fp] = [0, 0]
  for (let i = 0; i < scores.length; i++) {
    if (targets[i]) tp++
    else fp++
    if (last[i]) points.push({ threshold: sigmoid(scores[i]!), tp, fp })
  }
  return points
}

/** Some of the points, spread over the curve by rank, always with the ends and the point of each threshold in `keep`. */
export function thinned(points: readonly CurvePoint[], keep: readonly number[]): CurvePoint[] {
  if (points.length <= MOST_POINTS) return [...points]
  const chosen = new Set(Array.from({ length: MOST_POINTS }, (_, i) => Math.round((i * (points.length - 1)) / (MOST_POINTS - 1))))
  for (const threshold of keep) {
    const at = points.findLastIndex((point) => point.threshold >= threshold)
    if (at >= 0) chosen.add(at)
  }
  return [...chosen].sort((a, b) => a - b).map((at) => points[at]!)
}

/** Positive means probability >= threshold. */
export function confusionAt({ scores, targets }: Pick<Ranking, 'scores' | 'targets'>, threshold: number): Confusion {
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 }
  for (let i = 0; i < scores.length; i++) {
    if (sigmoid(scores[i]!) >= threshold) counts[targets[i] ? 'tp' : 'fp']++
    else counts[targets[i] ? 'fn' : 'tn']++
  }
  return counts
}

/** The probability at which sensitivity + specificity is greatest (Youden, Cancer 1950), the highest of equals; null with one class. */
export function youdenThreshold(ranks: Ranking): number | null {
  const points = curvePoints(ranks)
  const ends = points.at(-1)
  if (!ends?.tp || !ends.fp) return null
  // In whole numbers, so that equal gains are equal.
  let best = { threshold: 1, gain: -Infinity }
  for (const { threshold, tp, fp } of points) {
    const gain = tp * ends.fp - fp * ends.tp
    if (gain > best.gain) best = { threshold, gain }
  }
  return best.threshold
}
