import { z } from 'zod'
import { request } from './define.ts'
import type { Calibration, Evaluation, EvaluationRow, WrongFilm } from '../domain/evaluation.ts'
import { LABELS } from '../domain/labels.ts'

const id = z.string().min(1).max(80)

export const evaluationsContract = {
  /** Predict a part of a data set and compare, as a job whose result names the evaluation. `model`: id or name of a model or a run. */
  'evaluations.start': request<{ job: string }>()(z.object({ model: id, dataset: id, part: z.enum(['val', 'test']) })),
  /** Of a model, newest first. */
  'evaluations.list': request<EvaluationRow[]>()(z.object({ model: id })),
  'evaluations.get': request<Evaluation>()(z.object({ evaluation: id })),
  'evaluations.remove': request<{ removed: boolean }>()(z.object({ evaluation: id })),
  /** Films without the label that score highest, or with it that score lowest. */
  'evaluations.worst': request<WrongFilm[]>()(
    z.object({ evaluation: id, label: z.enum(LABELS), kind: z.enum(['false-positive', 'false-negative']), limit: z.number().int().min(1).max(100).default(12) }),
  ),
  /** As `reports.export`: the host asks where to save, or answers an address to download. */
  'evaluations.export': request<{ path?: string; url?: string } | null>()(z.object({ evaluation: id, format: z.enum(['html', 'json', 'csv']) })),
  /** Temperatures and thresholds from the validation part, as a job whose result names the calibration. */
  'calibrations.start': request<{ job: string }>()(z.object({ model: id, dataset: id })),
  /** Of a model, newest (the one that serves) first. */
  'calibrations.list': request<Calibration[]>()(z.object({ model: id })),
  /** A threshold chosen on the curves of an evaluation becomes the model's: the next version of its calibration. */
  'calibrations.setThreshold': request<Calibration>()(z.object({ evaluation: id, label: z.enum(LABELS), threshold: z.number().min(0).max(1) })),
  'calibrations.get': request<Calibration>()(z.object({ calibration: id })),
}
