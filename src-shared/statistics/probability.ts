export const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))

/**
 * A threshold half way from the score at which it was chosen to the next lower one. It divides these films as the score itself does, but a runtime
 * whose last digits differ (the network trains on one and predicts on another) puts no film on the other side of it.
 * @param scores of the films that it was chosen on; without a lower one the threshold stays
 */
export function awayFromScores(threshold: number, scores: Iterable<number>): number {
  let below = -Infinity
  for (const score of scores) if (score < threshold && score > below) below = score
  return below === -Infinity ? threshold : (threshold + below) / 2
}
