import { LABELS, type Label } from '../../../src-shared/domain/labels.ts'
import type { LabelScore, Prediction } from '../../../src-shared/domain/prediction.ts'

export const SORTS = ['labels', 'probability', 'margin', 'difference'] as const
export type RowSort = (typeof SORTS)[number]

/** One label in the panel: what the model says, and what the other one (or the same one of the prior study) said. */
export interface ScoreLine {
  label: Label
  score: LabelScore
  other: LabelScore | null
  /** Of the probabilities before calibration, what is said now less what was said there. */
  difference: number | null
}

/** All labels, in the order asked for; equal ones stay in the order of the labels. */
export function scoreLines(prediction: Pick<Prediction, 'scores'>, other: Pick<Prediction, 'scores'> | null, sort: RowSort): ScoreLine[] {
  const others = new Map(other?.scores.map((score) => [score.label, score]))
  const lines = prediction.scores.map((score): ScoreLine => {
    const beside = others.get(score.label) ?? null
    return { label: score.label, score, other: beside, difference: beside && score.raw - beside.raw }
  })
  const rank: Record<RowSort, (line: ScoreLine) => number> = {
    labels: ({ label }) => -LABELS.indexOf(label),
    probability: ({ score }) => score.calibrated ?? score.raw,
    margin: ({ score }) => score.raw - score.threshold,
    difference: ({ difference }) => Math.abs(difference ?? 0),
  }
  return lines.toSorted((a, b) => rank[sort](b) - rank[sort](a))
}

/** `+0.12`, `−0.05`, `±0.00`. */
export function signed(difference: number): string {
  const text = Math.abs(difference).toFixed(2)
  return `${text === '0.00' ? '±' : difference > 0 ? '+' : '−'}${text}`
}
