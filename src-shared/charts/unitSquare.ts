import type { Band, LabelCurves, ReliabilityBin } from '../domain/evaluation.ts'

/** A point with both coordinates from 0 to 1, y upwards. */
export type Point = readonly [x: number, y: number]

/** Sensitivity over 1 - specificity, corner to corner. Empty for a label with one class. */
export function rocLine({ positives, negatives, points }: LabelCurves): Point[] {
  return positives && negatives ? [[0, 0], ...points.map(({ tp, fp }): Point => [fp / negatives, tp / positives])] : []
}

/** Precision over recall, from the highest threshold that finds anything. Empty for a label with one class. */
export function prLine({ positives, negatives, points }: LabelCurves): Point[] {
  return positives && negatives ? points.filter(({ tp }) => tp > 0).map(({ tp, fp }): Point => [tp / positives, tp / (tp + fp)]) : []
}

/** Share of positives over mean probability of the bins that have films. */
export function reliabilityLine(bins: readonly ReliabilityBin[]): Point[] {
  return bins.filter(({ films }) => films > 0).map(({ films, positives, mean }): Point => [mean, positives / films])
}

const coordinate = (value: number): string => String(Math.round(value * 10) / 10)

/** SVG path in a square of `side`, y downwards. */
export function linePath(points: readonly Point[], side: number): string {
  return points.map(([x, y], i) => `${i ? 'L' : 'M'}${coordinate(x * side)} ${coordinate((1 - y) * side)}`).join('')
}

/** The closed area between the bounds of a band. */
export function bandPath({ at, low, high }: Band, side: number): string {
  const upper = at.map((x, i): Point => [x, high[i]!])
  const lower = at.map((x, i): Point => [x, low[i]!]).reverse()
  return `${linePath([...upper, ...lower], side)}Z`
}
