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
    return ranks.size < this.#worldSize ? undefined : this.#take(step)
  }

  /** Steps up to this one that a lost rank did not come to report, joined from the others: they were made, and will not be made again. */
  rest(last: number): RankStep[] {
    const steps = [...this.#steps.keys()].filter((step) => step <= last).sort((a, b) => a - b)
    return steps.map((step) => this.#take(step))
  }

  #take(step: number): RankStep {
    const ranks = [...this.#steps.get(step)!.values()]
    this.#steps.delete(step)
    const sum = (key: 'loss' | 'imagesPerSecond'): number => ranks.reduce((total, entry) => total + entry[key], 0)
    return { ...ranks.at(-1)!, loss: sum('loss') / ranks.length, imagesPerSecond: sum('imagesPerSecond') }
  }
}
