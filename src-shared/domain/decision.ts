import type { Label } from './labels.ts'
import type { Decision } from './report.ts'

/** One word of a reader on one label of a study, as it was said; a later one stands beside it. */
export interface DecisionEntry {
  label: Label
  decision: Decision
  note: string
  /** Who. */
  reader: string
  /** When, ISO 8601. */
  at: string
  /** What the model had said of it then; null without a prediction. */
  model: { name: string; raw: number; threshold: number } | null
}

/** What the readers' words amount to as labels. */
export interface DecisionCounts {
  studies: number
  /** Labels that were decided on, over all studies. */
  labels: number
}
