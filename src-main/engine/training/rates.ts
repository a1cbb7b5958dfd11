/** Leslie Smith's range test as fastai's `lr_find` has it: the rate rises exponentially, and the smoothed loss tells where it helps. */
export const SWEEP = { first: 1e-7, last: 10, steps: 100 }

const DECAY = 0.98
/** Times the best loss so far at which there is nothing more to learn. */
const DIVERGED = 4
/** fastai looks neither at the first tenth nor at the last five points. */
const CUT = { start: SWEEP.steps / 10, end: 5 }

export interface RatePoint {
  lr: number
  /** Smoothed. */
  loss: number
}

/** Rate of a step, counted from 0. */
export function sweepRate(step: number): number {
  return SWEEP.first * (SWEEP.last / SWEEP.first) ** (step / SWEEP.steps)
}

/** The curve while it grows: losses as an exponential moving mean, debiased as Adam's moments are. */
export class RateCurve {
  readonly points: RatePoint[] = []
  #mean = 0
  #best = Infinity

  /** @returns whether the loss has run away and the sweep is over */
  add(lr: number, loss: number): boolean {
    this.#mean = DECAY * this.#mean + (1 - DECAY) * loss
    const smooth = this.#mean / (1 - DECAY ** (this.points.length + 1))
    this.points.push({ lr, loss: smooth })
    this.#best = Math.min(this.#best, smooth)
    return !(smooth <= DIVERGED * this.#best)
  }
}

/** fastai's "valley": a third and a half of a third into the longest run of falling losses; null where the curve is too short to say. */
export function suggestRate(curve: readonly RatePoint[]): number | null {
  const points = curve.slice(CUT.start, -CUT.end)
  if (points.length < 3) return null
  const lengths = points.map(() => 1)
  let [start, end] = [0, 0]
  for (let i = 1; i < points.length; i++) {
    for (let j = 0; j < i; j++) if (points[i]!.loss < points[j]!.loss) lengths[i] = Math.max(lengths[i]!, lengths[j]! + 1)
    if (lengths[i]! > lengths[end]!) [start, end] = [i - lengths[i]!, i]
  }
  const third = (end - start) / 3
  return points[Math.max(0, start + Math.floor(third) + Math.floor(third / 2))]!.lr
}
