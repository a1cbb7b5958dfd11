import type { CalibratedLabel, Calibration } from '#shared/domain/evaluation.ts'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import { awayFromScores, sigmoid } from '#shared/statistics/probability.ts'
import { confusionAt, youdenThreshold } from '#main/statistics/curves.ts'
import { byLabel } from '#main/statistics/estimates.ts'
import type { Cells } from '#main/statistics/judged.ts'
import { ranking } from '#main/statistics/ranking.ts'
import { binned, calibrationFigures } from '#main/statistics/reliability.ts'
import { pooled, temperatureOf } from '#main/statistics/temperature.ts'
import type { Verdict } from './judge.ts'

/** Films of each class that a label needs for a temperature of its own; with fewer it would fit their noise. */
const LEAST_OF_A_CLASS = 10

/**
 * Temperature of each label and threshold argmax(sensitivity + specificity), half way to the next lower score, out of validation films.
 * @param before thresholds of labels with one class, which can tell none, stay as they are
 */
export function calibrate({ cells, patientCount }: Verdict, before: Record<Label, number>): Pick<Calibration, 'temperature' | 'perLabel' | 'ece'> {
  const temperature = temperatureOf(pooled(cells))
  const perLabel = byLabel((i): CalibratedLabel => {
    const ranks = ranking(cells[i]!)
    const point = youdenThreshold(ranks)
    const threshold = point === null ? before[LABELS[i]!] : awayFromScores(point, Array.from(ranks.scores, sigmoid))
    const own = leastClass(cells[i]!) >= LEAST_OF_A_CLASS
    return { temperature: own ? temperatureOf(cells[i]!) : temperature, own, threshold, confusion: confusionAt(ranks, threshold) }
  })
  const everyone = new Uint8Array(patientCount).fill(1)
  const ece = (temperatureAt: (i: number) => number): number | null => {
    const known = cells.flatMap((own, i) => calibrationFigures(binned(own, temperatureAt(i)), everyone)?.ece ?? [])
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null
  }
  return { temperature, perLabel, ece: { before: ece(() => 1), after: ece((i) => perLabel[LABELS[i]!].temperature) } }
}

function leastClass({ targets }: Cells): number {
  const positives = targets.reduce((sum, target) => sum + target, 0)
  return Math.min(positives, targets.length - positives)
}

/** Probabilities after temperature scaling. @param logits 14, in the order of `LABELS` */
export function calibratedScores(logits: ArrayLike<number>, { perLabel }: Pick<Calibration, 'perLabel'>): Float64Array {
  return Float64Array.from(LABELS, (label, i) => sigmoid(logits[i]! / perLabel[label].temperature))
}
