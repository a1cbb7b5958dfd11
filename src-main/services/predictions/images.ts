import type { Calibration } from '#shared/domain/evaluation.ts'
import type { GateReason } from '#shared/domain/gate.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { DecodePool, Examination } from '#main/dicom/index.ts'
import { patientOf, type Patient } from '#main/engine/data/patient.ts'
import type { FilmPrediction, Predictor } from '#main/engine/inference/predictor.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredImage } from '#main/store/repositories/images.ts'
import type { StoredModel } from '#main/store/repositories/models.ts'
import type { NewPrediction } from '#main/store/repositories/predictions.ts'
import { calibratedScores } from '../evaluations/calibrating.ts'
import type { Gate } from '../gate/gate.ts'

export interface PredictImages {
  store: Store
  pool: DecodePool
  predictor: Predictor
  model: StoredModel
  gate: Gate
  /** Predict also what the gate would refuse, and keep its reasons. */
  anyway: boolean
  signal?: AbortSignal | undefined
}

export interface Outcome {
  /** Ids of the predictions, in the order of the images. */
  predicted: string[]
  refused: { image: StoredImage; reasons: GateReason[] }[]
  failed: { image: StoredImage; error: unknown }[]
}

/**
 * Predict films and keep the predictions in one transaction. All are decoded at once in the pool's workers; the network takes them one by one
 * as they come. Meant for a study or a portion of a batch: the inputs of all stay in memory.
 */
export async function predictImages(how: PredictImages, ids: readonly string[]): Promise<Outcome> {
  const { store, pool, model, signal } = how
  const films = ids.map((id) => {
    const image = store.images.get(id)
    const examined = examine(pool, image, model.size, signal)
    examined.catch(() => {}) // Awaited below; until then a failure is nobody's.
    return { image, examined }
  })
  const calibration = store.calibrations.newest(model.id)
  const found: NewPrediction[] = []
  const [refused, failed]: [Outcome['refused'], Outcome['failed']] = [[], []]
  for (const { image, examined } of films) {
    try {
      const { said, reasons } = await ask(how, image, await examined)
      if (said) found.push(toKeep(image.id, model, said, calibration, reasons))
      else refused.push({ image, reasons })
      if (image.problem) store.images.setProblem(image.id, null)
    } catch (error) {
      signal?.throwIfAborted()
      failed.push({ image, error })
      noteProblem(store, image, error)
    }
  }
  return { predicted: store.predictions.add(found), refused, failed }
}

/** `said` is null where the gate refuses: a film that itself speaks against it is not even shown to the network. */
async function ask({ store, predictor, gate, anyway }: PredictImages, image: StoredImage, film: Examination): Promise<{ said: FilmPrediction | null; reasons: GateReason[] }> {
  const before = gate.film(film, image.view)
  if (before.length && !anyway) return { said: null, reasons: before }
  const said = await predictor.predict(film.input, patientOfImage(store, image))
  const reasons = [...before, ...gate.said(said)]
  return { said: reasons.length && !anyway ? null : said, reasons }
}

function patientOfImage(store: Store, { key }: StoredImage): Patient {
  const { age, sex } = store.images.patient(key)
  return patientOf(age, sex)
}

async function examine(pool: DecodePool, { path }: StoredImage, size: number, signal?: AbortSignal): Promise<Examination> {
  if (path === null) throw new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.', { remedy: 'Import the data set again with its images.' })
  return pool.run({ task: 'examine', path, size }, signal ? { signal } : {})
}

function noteProblem(store: Store, image: StoredImage, error: unknown): void {
  const { code, message } = toErrorShape(error)
  if (error instanceof CodedError && code !== 'POOL_CLOSED' && code !== 'LABELS_ONLY') store.images.setProblem(image.id, { code, message })
}

/** A prediction as it is kept: thresholds and calibration too, since those of the model may change. */
export function toKeep(image: string, model: Pick<StoredModel, 'id' | 'thresholds'>, said: FilmPrediction, calibration: Calibration | null, gate: GateReason[] = []): NewPrediction {
  const thresholds = Float64Array.from(LABELS, (label) => model.thresholds[label])
  const calibrated = calibration && calibratedScores(said.logits, calibration)
  return { image, model: model.id, raw: said.probabilities, calibrated, calibration: calibration?.id ?? null, thresholds, maps: said.maps, gate }
}
