import type { StepSample } from '../../../src-shared/contracts/training.ts'
import type { EpochSummary } from '../../../src-shared/domain/run.ts'

/** x in epochs, then one array a series; null where a series says nothing. */
export type Curve = [x: number[], ...series: (number | null)[][]]

/**
 * Moving average that is right from the first value on (debiased, as Adam's moments are). What is not finite is left out.
 * @param window steps over which the past fades; longer for longer runs, so that the curve stays as smooth to the eye
 */
export function smoothed(values: readonly number[], window = Math.max(5, values.length / 40)): (number | null)[] {
  const past = 1 - 1 / window
  let sum = 0
  let weight = 0
  return values.map((value) => {
    if (!Number.isFinite(value)) return null
    sum = past * sum + (1 - past) * value
    weight = past * weight + (1 - past)
    return sum / weight
  })
}

/**
 * Series: loss of each step, its moving average, validation loss of each epoch.
 * @param stepsPerEpoch epoch e ends at x = e
 */
export function lossCurve(steps: readonly StepSample[], epochs: readonly EpochSummary[], stepsPerEpoch: number): Curve {
  const average = smoothed(steps.map(({ loss }) => loss))
  const points = [
    ...steps.map(({ step, loss }, i) => ({ x: step / stepsPerEpoch, raw: finite(loss), smooth: average[i]!, val: null as number | null })),
    ...epochs.map(({ epoch, valLoss }) => ({ x: epoch, raw: null as number | null, smooth: null as number | null, val: finite(valLoss) })),
  ].sort((a, b) => a.x - b.x)
  return [points.map(({ x }) => x), points.map(({ raw }) => raw), points.map(({ smooth }) => smooth), points.map(({ val }) => val)]
}

export const rateCurve = (steps: readonly StepSample[], stepsPerEpoch: number): Curve => [steps.map(({ step }) => step / stepsPerEpoch), steps.map(({ lr }) => lr)]

export const aucCurve = (epochs: readonly EpochSummary[]): Curve => [epochs.map(({ epoch }) => epoch), epochs.map(({ auc }) => auc.macro)]

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** The newest value of a series. */
export const lastOf = (series: readonly (number | null)[]): number | null => series.findLast((value) => value !== null) ?? null

/** Range of an axis for values between `low` and `high`, with room at both ends; never empty. */
export function padded(low: number | null, high: number | null, floor = -Infinity, ceiling = Infinity): [number, number] {
  if (low === null || high === null) return [Math.max(0, floor), Math.min(1, ceiling)]
  const room = Math.max((high - low) * 0.08, Math.abs(high) * 0.01, 1e-9)
  return [Math.max(floor, low - room), Math.min(ceiling, high + room)]
}
