import { LABELS, type Label } from '#shared/domain/labels.ts'
import type { Job } from '#shared/domain/job.ts'
import type { ActivationMap, Prediction, PredictionOutcome, PriorPrediction } from '#shared/domain/prediction.ts'
import { CodedError } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredModel } from '#main/store/repositories/models.ts'
import type { NewPrediction } from '#main/store/repositories/predictions.ts'
import type { JobsService } from '../jobs/jobs.ts'
import { openGate } from '../gate/gate.ts'
import type { ModelsService } from '../models/models.ts'
import { predictBatch, type BatchInput } from './batch.ts'
import { predictImages } from './images.ts'

/** What models say of films, kept with the model's version. */
export class PredictionsService {
  readonly #store: Store
  readonly #host: Host
  readonly #pool: DecodePool
  readonly #jobs: JobsService
  readonly #models: ModelsService

  constructor(store: Store, host: Host, pool: DecodePool, jobs: JobsService, models: ModelsService) {
    this.#store = store
    this.#host = host
    this.#pool = pool
    this.#jobs = jobs
    this.#models = models
    jobs.register<BatchInput>('predict', {
      resumable: true,
      run: async (input, job) => {
        const model = store.models.get(input.model)
        try {
          return await predictBatch({ store, job, startedAt: store.jobs.get(job.id).startedAt, model, predict: (images, signal) => this.#predict(images, model, input.anyway ?? false, signal) }, input)
        } finally {
          host.emit('changed', { what: ['predictions', 'studies'] })
        }
      },
    })
  }

  /**
   * Predict every film of a study now and keep what is said. A film that cannot be opened costs only itself: it gets its problem noted.
   * One that the input gate refuses is answered with its reasons, unless it is to be predicted `anyway`: that is kept with the prediction.
   * @param model id or name; left out: the default one
   * @throws NOT_FOUND, NO_MODEL, STUDY_EMPTY, or the film's error when none could be predicted
   */
  async study(id: string, model?: string, anyway = false): Promise<PredictionOutcome> {
    const study = this.#store.studies.get(id)
    const images = this.#store.images.ofStudy(study.key)
    if (!images.length) throw new CodedError('STUDY_EMPTY', 'The study has no images.')
    const { predicted, refused, failed } = await this.#predict(images.map((image) => image.id), this.#model(model), anyway)
    if (!predicted.length && !refused.length && failed[0]) throw failed[0].error
    this.#host.emit('changed', { what: ['predictions', 'studies'] })
    const predictions = predicted.map((prediction) => this.#store.predictions.get(prediction))
    for (const { id: prediction, gate } of predictions) if (gate.length) this.#store.audit.add('prediction.anyway', prediction, { reasons: gate.map(({ code }) => code).join(' ') })
    return { predictions, refused: refused.map(({ image, reasons }) => ({ image: image.id, reasons })) }
  }

  /** Predict many studies, a whole data set, or both, as a job. */
  batch({ model, studies, dataset, anyway = false }: { model?: string | undefined; studies: string[]; dataset?: string | undefined; anyway?: boolean | undefined }): Job {
    const { id, name } = this.#model(model)
    const set = dataset === undefined ? null : this.#store.datasets.get(dataset)
    if (set && !set.hasFiles) throw new CodedError('LABELS_ONLY', `The data set "${set.name}" has labels only.`, { remedy: 'Import it again with its images.' })
    if (!set && !studies.length) throw new CodedError('NOTHING_TO_PREDICT', 'No study and no data set was chosen.')
    const what = [set?.name, studies.length && `${studies.length} ${studies.length === 1 ? 'study' : 'studies'}`].filter(Boolean).join(' and ')
    return this.#jobs.start<BatchInput>('predict', `Predict ${what} with ${name}`, { model: id, studies, dataset: set?.id ?? null, anyway })
  }

  /** Newest first. */
  ofImage(image: string): Prediction[] {
    return this.#store.predictions.ofImage(image)
  }

  /** What a model said of the newest earlier study of the patient that it was asked about; null without one. @param study id */
  prior(study: string, model: string): PriorPrediction | null {
    const { studies, predictions } = this.#store
    const current = studies.get(study)
    for (const { id, date } of studies.priors(current)) {
      const prediction = date && current.date && date > current.date ? undefined : predictions.ofStudy(id).find((one) => one.model === model)
      if (prediction) return { study: id, date, prediction }
    }
    return null
  }

  /** @throws NOT_FOUND also when the prediction was kept without maps */
  activation(prediction: string, label: Label): ActivationMap {
    const maps = this.#store.predictions.maps(this.#store.predictions.get(prediction).id)
    if (!maps) throw new CodedError('NOT_FOUND', 'This prediction was kept without activation maps.', { remedy: 'Predict the study again.' })
    const { height, width, shift, data } = maps
    const from = LABELS.indexOf(label) * height * width
    return { height, width, shift, values: [...data.subarray(from, from + height * width)] }
  }

  /** Keep what was said of images by other means (the command line). */
  keep(predictions: NewPrediction[]): string[] {
    const ids = this.#store.predictions.add(predictions)
    this.#host.emit('changed', { what: ['predictions', 'studies'] })
    return ids
  }

  #model(model?: string): StoredModel {
    return model === undefined ? this.#store.models.default() : this.#store.models.get(model)
  }

  #predict(images: readonly string[], model: StoredModel, anyway: boolean, signal?: AbortSignal) {
    const files = this.#models.files(model.id)
    return this.#models.predictors.use(files, async (predictor) =>
      predictImages({ store: this.#store, pool: this.#pool, predictor, model, gate: await openGate(files, predictor), anyway, signal }, images),
    )
  }
}
