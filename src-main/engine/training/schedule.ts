import type { Preset } from '#shared/domain/run.ts'

/** Rate of each parameter group and Adam's beta 1, as set before one batch. */
export interface Rates {
  groups: number[]
  momentum: number
}

/** One call of fastai's `fit_one_cycle`: the optimiser starts anew with it. */
export interface Stage {
  epochs: number
  /** Peak rate of each parameter group, from the stem to the head. */
  peaks: number[]
  /** Share of the stage in which the rate rises. */
  rise: number
  /** Peak / first rate. */
  div: number
  /** Convolutions of the body keep their values; its batch norms go on learning. */
  frozen: boolean
}

const DIV_FINAL = 1e5
const MOMENTUM = { high: 0.95, low: 0.85 }

/** Parameter groups of a model: stem and first half, second half, head (fastai's split). */
export const GROUPS = 3

/** Half a cosine wave from a at t = 0 to b at t = 1 (fastai's `SchedCos`). */
export function cosine(a: number, b: number, t: number): number {
  return a + ((1 + Math.cos(Math.PI * (1 - t))) * (b - a)) / 2
}

/**
 * Leslie Smith's one cycle as fastai has it: the rate rises from peak / div to the peak, then falls to peak / 1e5; momentum mirrors it.
 * @param fraction share of the stage's batches already done, 0 to 1
 */
export function oneCycle({ peaks, rise, div }: Stage, fraction: number): Rates {
  if (fraction < rise) {
    const t = fraction / rise
    return { groups: peaks.map((peak) => cosine(peak / div, peak, t)), momentum: cosine(MOMENTUM.high, MOMENTUM.low, t) }
  }
  const t = (fraction - rise) / (1 - rise)
  return { groups: peaks.map((peak) => cosine(peak, peak / DIV_FINAL, t)), momentum: cosine(MOMENTUM.low, MOMENTUM.high, t) }
}

/** fastai's `slice(low, high)` over n groups: rates evenly spaced by ratio, low (high / low)^(i / (n - 1)). */
export function discriminative(low: number, high: number, n: number): number[] {
  return n === 1 ? [high] : Array.from({ length: n }, (_, i) => low * (high / low) ** (i / (n - 1)))
}

/**
 * Stages of a run.
 * - `as-described` (the paper, fastai's `fine_tune`): one epoch with the body frozen at twice the rate, its batch norms at a tenth of that;
 *   then all epochs with the body free at rate / 100 for the first group up to the rate for the head.
 * - `as-released` (what the published script did): the same two stages with one rate for every parameter and nothing frozen.
 * - From random weights, `as-described` has no trained body to protect: one plain cycle over everything (docs/decisions).
 * @param freezeEpochs epochs of the first of two stages; 0 leaves it out
 * @param bodyLr peak rate of the first group in the last stage, where it is not to be that of the preset
 */
export function stages({ preset, epochs, lr, pretrained, freezeEpochs = 1, bodyLr }: StageRequest): Stage[] {
  const same = (rate: number): number[] => Array<number>(GROUPS).fill(rate)
  const peaks = (low: number): number[] => discriminative(bodyLr ?? low, lr, GROUPS)
  if (preset === 'as-described' && !pretrained) return [{ epochs, peaks: peaks(lr), rise: 0.25, div: 25, frozen: false }]
  const frozen = preset === 'as-described'
  const head = { epochs: freezeEpochs, rise: 0.99, div: 25, peaks: frozen ? [0.2 * lr, 0.2 * lr, 2 * lr] : same(2 * lr), frozen }
  const body = { epochs, rise: 0.3, div: 5, peaks: peaks(frozen ? lr / 100 : lr), frozen: false }
  return freezeEpochs > 0 ? [head, body] : [body]
}

export interface StageRequest {
  preset: Preset
  epochs: number
  lr: number
  pretrained: boolean
  freezeEpochs?: number | undefined
  bodyLr?: number | undefined
}

/** Where a step stands: stages follow one another, each of whole epochs. */
export interface Place {
  stage: number
  /** One-based over the whole run. */
  epoch: number
  /** Batches of this epoch already done. */
  offset: number
  /** Batches of this stage already done: t - 1 of Adam's bias correction. */
  stepInStage: number
  rates: Rates
}

/** @param step batches done since the start of the run; undefined when the run is complete */
export function placeOf(step: number, plan: readonly Stage[], stepsPerEpoch: number): Place | undefined {
  let before = 0
  for (const [index, stage] of plan.entries()) {
    const steps = stage.epochs * stepsPerEpoch
    if (step < before + steps) {
      const stepInStage = step - before
      const rates = oneCycle(stage, stepInStage / steps)
      return { stage: index, epoch: Math.floor(step / stepsPerEpoch) + 1, offset: step % stepsPerEpoch, stepInStage, rates }
    }
    before += steps
  }
  return undefined
}

export function totalSteps(plan: readonly Stage[], stepsPerEpoch: number): number {
  return plan.reduce((sum, { epochs }) => sum + epochs * stepsPerEpoch, 0)
}
