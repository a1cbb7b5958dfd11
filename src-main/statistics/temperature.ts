import { sigmoid } from '#shared/statistics/probability.ts'
import type { Cells } from './judged.ts'

/** Beyond these a temperature says that the films cannot tell it. */
export const TEMPERATURES = { least: 0.05, most: 20 } as const

/**
 * Temperature scaling (Guo et al., ICML 2017) of a sigmoid: the T for which the cross-entropy of sigmoid(logit / T) is least.
 * In 1/T the cross-entropy is convex, so its slope has one zero at most, found by halving.
 * @returns within `TEMPERATURES`; 1 without any film
 */
export function temperatureOf({ logits, targets }: Pick<Cells, 'logits' | 'targets'>): number {
  if (!logits.length) return 1
  const slope = (inverse: number): number => {
    let sum = 0
    for (let i = 0; i < logits.length; i++) sum += (sigmoid(inverse * logits[i]!) - targets[i]!) * logits[i]!
    return sum
  }
  let low = 1 / TEMPERATURES.most
  let high = 1 / TEMPERATURES.least
  if (slope(low) >= 0) return TEMPERATURES.most
  if (slope(high) <= 0) return TEMPERATURES.least
  // To the last bit that a double has.
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return 1 / middle
    if (slope(middle) < 0) low = middle
    else high = middle
  }
}

/** Cells of several labels as those of one. */
export function pooled(cells: readonly Cells[]): Pick<Cells, 'logits' | 'targets'> {
  const size = cells.reduce((sum, { logits }) => sum + logits.length, 0)
  const all = { logits: new Float32Array(size), targets: new Uint8Array(size) }
  let at = 0
  for (const { logits, targets } of cells) {
    all.logits.set(logits, at)
    all.targets.set(targets, at)
    at += logits.length
  }
  return all
}
