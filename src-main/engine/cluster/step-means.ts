import type { RankStep } from './protocol.ts'

/** Joins what the ranks say about a step once all have: mean loss, summed images per second. */
export class StepMeans {
  readonly #worldSize: number
  readonly #steps = new Map<number, Map<number, RankStep>>()

  constructor(worldSize: number) {
    this.#worldSize = worldSize
  }

  /** The joined step when this was the last rank to report it. */
  add(rank: number, { step, epoch, loss, lr, imagesPerSecond }: RankStep): RankStep | undefined {
    const ranks = this.#steps.get(step) ?? new Map<number, RankStep>()
    ranks.set(rank, { step, epoch, loss, lr, imagesPerSecond })
    this.#steps.set(step, ranks)
    if (ranks.size < this.#worldSize) return undefined
    this.#steps.delete(step)
    const sum = (key: 'loss' | 'imagesPerSecond'): number => [...ranks.values()].reduce((total, entry) => total + entry[key], 0)
    return { step, epoch, lr, loss: sum('loss') / this.#worldSize, imagesPerSecond: sum('imagesPerSecond') }
  }
}
