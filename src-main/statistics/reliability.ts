import type { ReliabilityBin } from '#shared/domain/evaluation.ts'
import { sigmoid } from '#shared/statistics/probability.ts'
import type { Cells } from './judged.ts'

/** Equal bins of probability, as in Guo et al., ICML 2017. */
export const BINS = 15

/** Probabilities of a label with the bin of each, so that a bootstrap resample is one pass. */
export interface Binned {
  probabilities: Float64Array
  targets: Uint8Array
  patients: Int32Array
  bins: Uint8Array
}

export interface CalibrationFigures {
  /** Expected calibration error: mean over the films of |share of positives - mean probability| of their bin. */
  ece: number
  /** Mean of (probability - target) squared. */
  brier: number
}

/** @param temperature divides the logits */
export function binned({ logits, targets, patients }: Cells, temperature = 1): Binned {
  const probabilities = Float64Array.from(logits, (z) => sigmoid(z / temperature))
  return { probabilities, targets, patients, bins: Uint8Array.from(probabilities, binOf) }
}

/** Bins are open below and closed above, as scikit-learn's `calibration_curve` has them. */
export function binOf(probability: number): number {
  let bin = Math.max(0, Math.min(BINS - 1, Math.ceil(probability * BINS) - 1))
  // The product rounds: the edges decide.
  while (bin > 0 && probability <= bin * (1 / BINS)) bin--
  while (bin < BINS - 1 && probability > (bin + 1) * (1 / BINS)) bin++
  return bin
}

/** @param weights for each patient. @returns null without any weight */
export function calibrationFigures({ probabilities, targets, patients, bins }: Binned, weights: ArrayLike<number>): CalibrationFigures | null {
  const gaps = new Float64Array(BINS)
  let total = 0
  let squares = 0
  for (let i = 0; i < probabilities.length; i++) {
    const weight = weights[patients[i]!]!
    const error = probabilities[i]! - targets[i]!
    gaps[bins[i]!]! += weight * error
    squares += weight * error * error
    total += weight
  }
  return total ? { ece: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total, brier: squares / total } : null
}

export function reliability({ probabilities, targets, bins }: Binned): ReliabilityBin[] {
  const found = Array.from({ length: BINS }, () => ({ films: 0, positives: 0, mean: 0 }))
  for (let i = 0; i < probabilities.length; i++) {
    const bin = found[bins[i]!]!
    bin.films++
    bin.positives += targets[i]!
    bin.mean += probabilities[i]!
  }
  for (const bin of found) if (bin.films) bin.mean /= bin.films
  return found
}
