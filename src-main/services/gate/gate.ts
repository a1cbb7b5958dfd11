import type { GateReason } from '#shared/domain/gate.ts'
import type { Examination } from '#main/dicom/index.ts'
import type { ModelFiles } from '#main/engine/inference/model-folder.ts'
import type { FilmPrediction, Predictor } from '#main/engine/inference/predictor.ts'
import { distanceTo, readReference } from '#main/engine/inference/reference.ts'
import { filmReasons } from './checks.ts'

/** What stands between films and a model that was never shown the like of them. */
export interface Gate {
  /** Before the model is asked. @param view as the label file of its data set has it */
  film(film: Examination, view?: string): GateReason[]
  /** After it: how far the film lies from those of training; nothing while the model has no reference. */
  said(said: Pick<FilmPrediction, 'pooled'>): GateReason[]
}

export async function openGate(files: ModelFiles, { card, weightsHash }: Pick<Predictor, 'card' | 'weightsHash'>): Promise<Gate> {
  const reference = await readReference(files.reference, weightsHash)
  return {
    film: (film, view) => filmReasons(film, card.size, view),
    said({ pooled }) {
      const distance = reference ? distanceTo(reference, pooled) : 0
      if (!reference || distance <= reference.limit) return []
      const figures = `distance ${distance.toFixed(3)}, where 99 of 100 validation films stay below ${reference.limit.toFixed(3)}`
      return [{ code: 'out-of-distribution', message: `The film is unlike those that the model was trained on (${figures}).` }]
    },
  }
}
