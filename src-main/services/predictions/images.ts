import type { Calibration } from '#shared/domain/evaluation.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import { patientOf, type Patient } from '#main/engine/data/patient.ts'
import type { FilmPrediction, Predictor } from '#main/engine/inference/predictor.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredImage } from '#main/store/repositories/images.ts'
import type { StoredModel } from '#main/store/repositories/models.ts'
import { calibratedScores } from '../evaluations/calibrating.ts'
import type { NewPrediction } from '#main/store/repositories/predictions.ts'

export interface PredictImages {
  store: Store
  pool: DecodePool
  predictor: Predictor
  model: StoredModel
  signal?: AbortSignal | undefined
}

export interface Outcome {
  /** Ids of the predictions, in the order of the images. */
  predicted: string[]
  failed: { image: StoredImage; error: unknown }[]
}

/**
 * Predict films and keep the predictions in one transaction. All are decoded at once in the pool's workers; the network takes them one by one
 * as they come. Meant for a study or a portion of a batch: the inputs of all stay in memory.
 */
export async function predictImages({ store, pool, predictor, model, signal }: PredictImages, ids: readonly string[]): Promise<Outcome> {
  const films = ids.map((id) => {
    const image = store.images.get(id)
    const input = decode(pool, image, model.size, signal)
    input.catch(() => {}) // Awaited below; until then a failure is nobody's.
    return { image, input }
  })
  const calibration = store.calibrations.newest(model.id)
  const found: NewPrediction[] = []
  const failed: Outcome['failed'] = []
  for (const { image, input } of films) {
    try {
      const said = await predictor.predict(await input, patientOfImage(store, image))
      found.push(toKeep(image.id, model, said, calibration))
      if (image.problem) store.images.setProblem(image.id, null)
    } catch (error) {
      signal?.throwIfAborted()
      failed.push({ image, error })
      noteProblem(store, image, error)
    }
  }
  return { predicted: store.predictions.add(found), failed }
}

function patientOfImage(store: Store, { key }: StoredImage): Patient {
  const { age, sex } = store.images.patient(key)
  return patientOf(age, sex)
}

async function decode(pool: DecodePool, { path }: StoredImage, size: number, signal?: AbortSignal): Promise<Uint8Array> {
  if (path === null) throw new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.', { remedy: 'Import the data set again with its images.' })
  return pool.run({ task: 'input', path, size }, signal ? { signal } : {})
}

function noteProblem(store: Store, image: StoredImage, error: unknown): void {
  const { code, message } = toErrorShape(error)
  if (error instanceof CodedError && code !== 'POOL_CLOSED' && code !== 'LABELS_ONLY') store.images.setProblem(image.id, { code, message })
}

/** A prediction as it is kept: thresholds and calibration too, since those of the model may change. */
export function toKeep(image: string, model: Pick<StoredModel, 'id' | 'thresholds'>, said: FilmPrediction, calibration: Calibration | null): NewPrediction {
  const thresholds = Float64Array.from(LABELS, (label) => model.thresholds[label])
  const calibrated = calibration && calibratedScores(said.logits, calibration)
  return { image, model: model.id, raw: said.probabilities, calibrated, calibration: calibration?.id ?? null, thresholds, maps: said.maps }
}
