import type { StepSample } from '../../../../src-shared/contracts/training.ts'
import type { EpochSummary } from '../../../../src-shared/domain/run.ts'
import { smoothed, type Curve } from '../curves.ts'

/** What is drawn of one run: its points by epoch. */
export interface Line {
  x: number[]
  y: (number | null)[]
}

/** Lines of several runs over one axis: every x of any of them, null where a line has no point. */
export function joined(lines: readonly Line[]): Curve {
  const x = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b)
  const place = new Map(x.map((value, i) => [value, i]))
  const series = lines.map((line) => {
    const values = Array<number | null>(x.length).fill(null)
    line.x.forEach((value, i) => (values[place.get(value)!] = line.y[i] ?? null))
    return values
  })
  return [x, ...series]
}

/** @param stepsPerEpoch epoch e ends at x = e */
export const lossLine = (steps: readonly StepSample[], stepsPerEpoch: number): Line => ({ x: steps.map(({ step }) => step / stepsPerEpoch), y: smoothed(steps.map(({ loss }) => loss)) })
export const rateLine = (steps: readonly StepSample[], stepsPerEpoch: number): Line => ({ x: steps.map(({ step }) => step / stepsPerEpoch), y: steps.map(({ lr }) => lr) })
export const epochLine = (epochs: readonly EpochSummary[], of: (epoch: EpochSummary) => number | null): Line => ({
  x: epochs.map(({ epoch }) => epoch),
  y: epochs.map((epoch) => of(epoch)).map((value) => (value !== null && Number.isFinite(value) ? value : null)),
})
