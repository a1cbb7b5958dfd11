import { Mersenne } from '#main/engine/data/mersenne.ts'

/** Choices that follow from a seed alone. */
export class Random {
  readonly #source: Mersenne

  constructor(seed: number) {
    this.#source = new Mersenne(seed)
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.#source.uniform() * limit)
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!
  }
}
