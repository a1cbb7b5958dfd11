import type { GateReason, Refusal } from './gate.ts'
import type { Head, ModelName, RunConfig } from './run.ts'
import type { Label } from './labels.ts'

export interface ModelRow {
  id: string
  name: string
  version: number
  architecture: ModelName
  head: Head
  size: number
  run: string | null
  dataset: string | null
  isDefault: boolean
  sample: boolean
  createdAt: string
  /** sha256 of model.safetensors. */
  weightsHash: string
  /** Macro AUC on validation, null when no label had both classes. */
  auc: number | null
  accuracy: number | null
  thresholds: Record<Label, number>
}

/** A file that weights came from; `sha256` where it was taken. */
export interface WeightsSource {
  file: string
  sha256: string | null
}

export interface ModelDetail extends ModelRow {
  /** The file that it was imported from, of bare weights. */
  imported: WeightsSource | null
  /** The weights that its run began with; null for random ones. */
  start: WeightsSource | null
  config: RunConfig | null
  perLabelAuc: Record<Label, number | null>
  files: { name: string; bytes: number }[]
}

/** How sure the model is of one label of one image. */
export interface LabelScore {
  label: Label
  /** Sigmoid of the logit. */
  raw: number
  /** After temperature scaling; null while the model is not calibrated. */
  calibrated: number | null
  threshold: number
}

/** Class activation map before upsampling; row-major, `height * width` values, not normalised. */
export interface ActivationMap {
  /** See `CoarseMap`. */
  shift: number
  height: number
  width: number
  values: number[]
}

export interface Prediction {
  id: string
  image: string
  model: string
  modelName: string
  modelVersion: number
  /** Id of the calibration behind the calibrated scores; null without one. */
  calibration: string | null
  createdAt: string
  /** What spoke against asking; the film was predicted all the same. */
  gate: GateReason[]
  scores: LabelScore[]
}

/** What came of asking about the films of a study. */
export interface PredictionOutcome {
  predictions: Prediction[]
  /** Films that the model was not asked about; asking with `anyway` does. */
  refused: Refusal[]
}

/** What was said of an earlier study of the same patient. */
export interface PriorPrediction {
  /** Id, and DA or empty. */
  study: string
  date: string
  prediction: Prediction
}
