import { z } from 'zod'
import { request } from './define.ts'
import { LABELS } from '../domain/labels.ts'
import type { ActivationMap, ModelDetail, ModelRow, Prediction, PredictionOutcome, PriorPrediction } from '../domain/prediction.ts'
import { HEADS, MODEL_NAMES } from '../domain/run.ts'

const id = z.string().min(1).max(80)

/** What weights without a description are. */
export const weightsOf = z.object({
  model: z.enum(MODEL_NAMES),
  /** Left out: as the file has it. */
  head: z.enum(HEADS).optional(),
  /** densenetblur121d only. */
  blur: z.enum(['stem', 'all']).optional(),
  size: z.number().int().min(32).max(1024).multipleOf(32).default(224),
  /** Labels of the outputs in their order; left out: ours. */
  labels: z.array(z.enum(LABELS)).length(LABELS.length).optional(),
})

export const modelsContract = {
  'models.list': request<ModelRow[]>()(z.object({})),
  /** `model`: id or name. */
  'models.get': request<ModelDetail>()(z.object({ model: id })),
  'models.setDefault': request<ModelRow>()(z.object({ model: id })),
  'models.rename': request<ModelRow>()(z.object({ model: id, name: z.string().trim().min(1).max(120) })),
  'models.remove': request<{ removed: boolean }>()(z.object({ model: id })),
  /** Take a model into the library: its folder, its `.safetensors` with the `.json` beside it, or, with `as`, bare weights (safetensors, .pth). */
  'models.import': request<ModelRow>()(z.object({ path: z.string().min(1).max(4096), name: z.string().trim().min(1).max(120).optional(), as: weightsOf.optional() })),

  /**
   * Predict the images of a study now; stores and answers the predictions. `model` left out: the default one. Films that the input gate refuses
   * are answered with its reasons; with `anyway` they are predicted, and the reasons stay with the prediction.
   */
  'predictions.study': request<PredictionOutcome>()(z.object({ study: id, model: id.optional(), anyway: z.boolean().default(false) })),
  /** Predict many studies, or a whole data set, as a job. */
  'predictions.batch': request<{ job: string }>()(z.object({ model: id.optional(), studies: z.array(id).max(100_000).default([]), dataset: id.optional(), anyway: z.boolean().default(false) })),
  /** Newest first. */
  'predictions.ofImage': request<Prediction[]>()(z.object({ image: id })),
  /** Of the newest earlier study of the patient that the model was asked about. */
  'predictions.prior': request<PriorPrediction | null>()(z.object({ study: id, model: id })),
  /** The class activation map of one label; coarse, the page upsamples it over the film. */
  'predictions.activation': request<ActivationMap>()(z.object({ prediction: id, label: z.enum(LABELS) })),
}
