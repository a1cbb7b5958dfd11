import type { Band, Estimate, EstimateByLabel } from '#shared/domain/evaluation.ts'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import type { Interval } from '#shared/statistics/intervals.ts'
import type { Sampled } from './bootstrap.ts'
import { GRID } from './measures.ts'
import { GRID_STEPS } from './ranking.ts'
import { percentileInterval } from './resampling.ts'

/** @param of value of each label, in their order */
export const byLabel = <T>(of: (label: number) => T): Record<Label, T> => Object.fromEntries(LABELS.map((label, i) => [label, of(i)])) as Record<Label, T>

/**
 * Figures of 14 labels with their intervals. The macro figure of a resample is the mean over the labels that are defined in it.
 * @param from where in the measure the 14 stand
 */
export function estimatesOf(sampled: Sampled, from = 0): EstimateByLabel {
  const point = sampled.point.subarray(from, from + LABELS.length)
  const known = point.filter((value) => !Number.isNaN(value))
  return {
    macro: known.length ? mean(known) : null,
    ci95: known.length ? percentileInterval(macroDraws(sampled, from)) : null,
    defined: known.length,
    perLabel: byLabel((label) => estimateAt(sampled, from + label)),
  }
}

/** Bounds of the two curves of a label; null when the label has one class. */
export function bandsOf(sampled: Sampled, label: number): { roc: Band; pr: Band } | null {
  const from = 2 * GRID * label
  if (Number.isNaN(sampled.point[from])) return null
  const roc = band(sampled, from)
  const pr = band(sampled, from + GRID)
  return roc && pr && { roc, pr }
}

function band(sampled: Sampled, from: number): Band | null {
  const intervals = Array.from({ length: GRID }, (_, i) => percentileInterval(drawsAt(sampled, from + i)))
  const known = intervals.filter((interval): interval is Interval => interval !== null)
  return known.length === GRID ? { at: intervals.map((_, i) => i / GRID_STEPS), low: known.map(([low]) => low), high: known.map(([, high]) => high) } : null
}

function estimateAt(sampled: Sampled, at: number): Estimate {
  const value = sampled.point[at]!
  return Number.isNaN(value) ? { value: null, ci95: null } : { value, ci95: percentileInterval(drawsAt(sampled, at)) }
}

function macroDraws({ point, draws }: Sampled, from: number): Float64Array {
  const resamples = draws.length / point.length
  const sums = new Float64Array(resamples)
  const counts = new Uint8Array(resamples)
  for (let label = from; label < from + LABELS.length; label++) {
    for (let draw = 0; draw < resamples; draw++) {
      const value = draws[label * resamples + draw]!
      if (Number.isNaN(value)) continue
      sums[draw]! += value
      counts[draw]!++
    }
  }
  return sums.map((sum, draw) => sum / counts[draw]!)
}

function drawsAt({ point, draws }: Sampled, at: number): Float64Array {
  const resamples = draws.length / point.length
  return draws.subarray(at * resamples, (at + 1) * resamples)
}

const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length
