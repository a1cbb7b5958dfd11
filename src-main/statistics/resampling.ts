import { Mersenne } from '#main/engine/data/mersenne.ts'
import type { Interval } from '#shared/statistics/intervals.ts'

/**
 * Bootstrap resamples of patients: films of one patient are not independent, so patients are drawn, each with all of its films.
 * The draws are those of numpy's `RandomState(seed).randint(0, patients, patients)`, so that intervals can be made again in Python.
 */
export class Resampler {
  readonly #random: Mersenne
  readonly #mask: number
  /** How often each patient was drawn. */
  readonly weights: Uint32Array

  constructor(patients: number, seed: number) {
    this.#random = new Mersenne(seed)
    this.weights = new Uint32Array(patients)
    this.#mask = patients > 1 ? 2 ** (32 - Math.clz32(patients - 1)) - 1 : 0
  }

  /** Draws anew; answers `weights`, written over. */
  next(): Uint32Array {
    const { weights } = this
    weights.fill(0)
    for (let drawn = 0; drawn < weights.length; drawn++) weights[this.#draw()]!++
    return weights
  }

  /** Uniform by masking and rejecting, without the bias of a remainder. */
  #draw(): number {
    if (this.#mask === 0) return 0
    for (;;) {
      const value = (this.#random.uint32() & this.#mask) >>> 0
      if (value < this.weights.length) return value
    }
  }
}

/** 2.5th to 97.5th percentile (linear, as numpy's) of the resamples in which the figure was defined; null when it was in less than half of them. */
export function percentileInterval(values: Float64Array): Interval | null {
  const known = values.filter((value) => !Number.isNaN(value)).sort()
  return known.length * 2 < values.length || !known.length ? null : [quantile(known, 0.025), quantile(known, 0.975)]
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!
  return sorted[below]! + (place - below) * (next - sorted[below]!)
}
