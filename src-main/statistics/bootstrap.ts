import { Resampler } from './resampling.ts'

/** Figures of one sort, computed for any weights of the patients. */
export interface Measure {
  /** How many numbers `fill` writes. */
  width: number
  /** NaN where a figure is not defined. */
  fill(weights: ArrayLike<number>, into: Float64Array): void
}

export interface BootstrapOptions {
  resamples: number
  seed: number
  /** Called between measures of a resample; the caller lets others work there, or throws to stop. */
  pause(done: number): Promise<void>
}

/** A measure of the films as they are, and of every resample. */
export interface Sampled {
  /** [width] */
  point: Float64Array
  /** [width, resamples] */
  draws: Float64Array
}

/** All measures over the same resamples, so that what is compared was drawn alike. */
export async function bootstrap(measures: readonly Measure[], patients: number, { resamples, seed, pause }: BootstrapOptions): Promise<Sampled[]> {
  const resampler = new Resampler(patients, seed)
  const everyone = new Uint8Array(patients).fill(1)
  const sampled = measures.map(({ width, fill }) => {
    const point = new Float64Array(width)
    fill(everyone, point)
    return { point, draws: new Float64Array(width * resamples), row: new Float64Array(width) }
  })
  for (let draw = 0; draw < resamples; draw++) {
    const weights = resampler.next()
    for (const [i, { fill }] of measures.entries()) {
      await pause(draw)
      const { draws, row } = sampled[i]!
      fill(weights, row)
      for (let at = 0; at < row.length; at++) draws[at * resamples + draw] = row[at]!
    }
  }
  return sampled
}
