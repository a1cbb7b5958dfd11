import type { Confusion, Interval } from '../statistics/intervals.ts'
import type { SplitPart } from './dataset.ts'
import type { Label, Policy } from './labels.ts'
import type { SplitKind } from './run.ts'

/** Of what models are evaluated on and calibrated on; never what they were trained on. */
export type JudgedPart = Exclude<SplitPart, 'train'>

/** A figure with its 95 % bootstrap interval; null where it is not defined (one class only). */
export interface Estimate {
  value: number | null
  ci95: Interval | null
}

/** A figure of each label, and their mean over the labels for which it is defined. */
export interface EstimateByLabel {
  macro: number | null
  ci95: Interval | null
  /** How many of the 14 labels have it. */
  defined: number
  perLabel: Record<Label, Estimate>
}

/** How many of a label's positives and negatives score at least `threshold` (a probability before calibration). */
export interface CurvePoint {
  threshold: number
  tp: number
  fp: number
}

/** Pointwise 95 % bounds of a curve at `at`. */
export interface Band {
  at: number[]
  low: number[]
  high: number[]
}

export interface LabelCurves {
  positives: number
  negatives: number
  /** From the highest score down, thinned to what a picture can show; holds the thresholds named elsewhere. */
  points: CurvePoint[]
  /** Sensitivity over 1 - specificity; null for a label with one class. */
  rocBand: Band | null
  /** Precision over recall; null for a label with one class. */
  prBand: Band | null
}

/** Films whose probability falls into one of 15 equal bins. */
export interface ReliabilityBin {
  films: number
  positives: number
  /** Mean probability. */
  mean: number
}

export interface Reliability {
  raw: ReliabilityBin[]
  /** Null while the model is not calibrated. */
  calibrated: ReliabilityBin[] | null
}

/** A label at the model's threshold. */
export interface ThresholdRow {
  threshold: number
  confusion: Confusion
}

export interface Subgroup {
  by: 'sex' | 'age' | 'view'
  /** `F`, `40 to 59`, `AP`; `unknown` where the source says nothing. */
  name: string
  images: number
  patients: number
  auc: { macro: number | null; ci95: Interval | null; defined: number }
  perLabel: Record<Label, { auc: Estimate; positives: number; negatives: number; confusion: Confusion }>
}

/** Where the figures came from; printed on everything that leaves the program. */
export interface EvaluationProvenance {
  app: string
  version: string
  model: string
  modelVersion: number
  weightsHash: string
  dataset: string
  /** sha256 over what the label file said of every row, in its order. */
  datasetHash: string
  part: JudgedPart
  split: { kind: SplitKind; seed: number; ratios: [number, number, number]; preset: string | null; leakage: { patients: number; studies: number }
    /** The run that made the model trained on this very division. */
    ofTheRun: boolean }
  policy: Policy
  /** Version of the model's calibration, null while it has none. */
  calibration: number | null
  bootstrap: { resamples: number; seed: number; by: 'patient' }
  evaluatedAt: string
}

/** Everything said about a model on a part of a data set. */
export interface Evaluation {
  images: number
  patients: number
  /** Films that could not be opened and do not count. */
  skipped: number
  /** Films that were excluded for their quality and do not count; older evaluations do not say. */
  excluded?: number
  auc: EstimateByLabel
  ap: EstimateByLabel
  brier: EstimateByLabel
  /** Expected calibration error, 15 bins, of the probabilities before calibration. */
  ece: EstimateByLabel
  /** The same after it; null while the model is not calibrated. */
  eceCalibrated: EstimateByLabel | null
  /** Share of label cells on the right side of .5. */
  accuracy: number
  /** Accuracy of always saying "negative". */
  allNegativeAccuracy: number
  thresholds: Record<Label, ThresholdRow>
  curves: Record<Label, LabelCurves>
  reliability: Record<Label, Reliability>
  subgroups: Subgroup[]
  provenance: EvaluationProvenance
}

export interface EvaluationRow {
  id: string
  model: string
  dataset: string | null
  datasetName: string
  part: JudgedPart
  images: number
  /** Macro AUC. */
  auc: number | null
  createdAt: string
}

/** One film that the model got wrong. */
export interface WrongFilm {
  image: string
  study: string
  fileName: string
  /** Before and after calibration. */
  raw: number
  calibrated: number | null
}

export interface CalibratedLabel {
  temperature: number
  /** False: too few films of one class, so the temperature is that of all labels together. */
  own: boolean
  /** Probability before calibration from which the label counts as found. */
  threshold: number
  /** On the films it was made on. */
  confusion: Confusion
  /** The films that a reader chose the threshold on, where that was done by hand. */
  chosenOn?: { datasetName: string; part: JudgedPart; images: number }
}

/** Temperatures and thresholds of a model, from a validation part. The newest serves; older ones stay, as predictions name theirs. */
export interface Calibration {
  id: string
  model: string
  /** Counts up from 1 within a model. */
  version: number
  datasetName: string
  part: JudgedPart
  images: number
  /** Over all labels together. */
  temperature: number
  /** Expected calibration error (macro) on the same films. */
  ece: { before: number | null; after: number | null }
  perLabel: Record<Label, CalibratedLabel>
  createdAt: string
}
