import type { Job } from '#shared/domain/job.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredModel } from '#main/store/repositories/models.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { Outcome } from './images.ts'

export interface BatchInput {
  /** Ids. */
  model: string
  studies: string[]
  dataset: string | null
  /** Left out: no. */
  anyway?: boolean
}

export interface Batch {
  store: Store
  job: JobContext
  /** When the job was first asked for: what is newer was done by it, before it was interrupted. */
  startedAt: string
  model: StoredModel
  predict: (images: readonly string[], signal: AbortSignal) => Promise<Outcome>
}

/** Films that are decoded ahead and stored together. */
const PORTION = 16

/**
 * Predicts image after image; one that fails goes to the job's skip list. A resumed job passes over what it has already stored.
 * @returns counts
 */
export async function predictBatch({ store, job, startedAt, model, predict }: Batch, input: BatchInput): Promise<Job['result']> {
  const images = imagesOf(store, job, input)
  let predicted = 0
  let skipped = 0
  for (let start = 0; start < images.length; start += PORTION) {
    job.progress(start, images.length)
    const portion = images.slice(start, start + PORTION)
    const open = portion.filter((image) => !store.predictions.ofImage(image).some((known) => known.model === model.id && known.createdAt >= startedAt))
    const outcome = await predict(open, job.signal)
    for (const { image, reasons } of outcome.refused) job.skip({ path: image.path ?? image.fileName, code: `GATE_${reasons[0]!.code.toUpperCase().replaceAll('-', '_')}`, message: reasons.map(({ message }) => message).join(' ') })
    for (const { image, error } of outcome.failed) {
      const { code, message } = toErrorShape(error)
      job.skip({ path: image.path ?? image.fileName, code, message })
    }
    const left = outcome.refused.length + outcome.failed.length
    predicted += portion.length - left
    skipped += left
    await job.breathe()
  }
  job.progress(images.length, images.length)
  if (!predicted && skipped) throw new CodedError('NOTHING_PREDICTED', 'None of the films could be predicted.', { remedy: 'The list of what was left out says why.' })
  return { predicted, skipped, model: model.id }
}

/** Ids of all images asked for, each once; a study that is gone is skipped, not the job. */
function imagesOf(store: Store, job: JobContext, { studies, dataset }: BatchInput): string[] {
  const images = new Set(dataset === null ? [] : store.datasetImages.images(store.datasets.get(dataset).key))
  for (const id of studies) {
    try {
      for (const image of store.images.ofStudy(store.studies.get(id).key)) images.add(image.id)
    } catch (error) {
      job.skip({ path: id, ...toErrorShape(error) })
    }
  }
  return [...images]
}
