import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { StartWeights } from '#shared/contracts/weights.ts'
import type { Job } from '#shared/domain/job.ts'
import { MODEL_NAMES, type ModelName } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { hashFile } from '#main/engine/inference/model-folder.ts'
import { architecture } from '#main/engine/model/architecture.ts'
import { differences, mismatch } from '#main/engine/model/weights/compare.ts'
import { readWeights, weightsFormat } from '#main/engine/model/weights/read.ts'
import { writeSafeTensors } from '#main/engine/model/weights/safetensors.ts'
import type { Folders } from '../folders.ts'
import type { JobContext, JobsService } from '../jobs/jobs.ts'
import type { SettingsService } from '../settings/settings.ts'
import { imagenetPlace, imagenetWeights } from '../training/machine.ts'
import { addressOf, PUBLISHED, type Published } from './catalogue.ts'
import { download } from './download.ts'

/** Weights learned on ImageNet, from which runs start: a file a network in the data folder, brought by the user or fetched when the user says so. */
export class WeightsService {
  readonly #folders: Folders
  readonly #settings: SettingsService
  readonly #jobs: JobsService
  readonly #published: Readonly<Record<ModelName, Published | null>>

  /** @param published for tests: other files than timm's */
  constructor(folders: Folders, settings: SettingsService, jobs: JobsService, published = PUBLISHED) {
    this.#folders = folders
    this.#settings = settings
    this.#jobs = jobs
    this.#published = published
    jobs.register<{ model: ModelName }>('weights', { resumable: true, run: ({ model }, job) => this.#fetch(model, job) })
  }

  /** What there is of every network; looks at the disk only. */
  list(): StartWeights[] {
    return MODEL_NAMES.map((model) => {
      const published = this.#published[model]
      const { weightsAddress } = this.#settings.get()
      const installed = imagenetWeights(model, this.#folders, this.#settings)
      const offer = published && { address: addressOf(published, weightsAddress), megabytes: published.megabytes, licence: published.licence, sha256: published.sha256 }
      return { model, installed, place: imagenetPlace(model, this.#folders), published: offer }
    })
  }

  /**
   * Fetches a network's weights as a job: the only request that this program ever sends over a network by itself, so callers ask the user first.
   * @throws NOT_PUBLISHED
   */
  fetch(model: ModelName): Job {
    this.#offer(model)
    return this.#jobs.start('weights', `Fetch the ImageNet weights of ${model}`, { model })
  }

  /** Takes a file (safetensors, .pth) as the weights of a network, once every tensor of the body fits. @throws WEIGHTS_MISMATCH, WEIGHTS_UNSAFE, WEIGHTS_FORMAT */
  async install(model: ModelName, path: string): Promise<StartWeights> {
    const place = imagenetPlace(model, this.#folders)
    await mkdir(dirname(place), { recursive: true })
    await check(model, path)
    if ((await weightsFormat(path)) === 'torch') {
      const { tensors } = await readWeights(path)
      await writeSafeTensors(place, { tensors, metadata: { format: 'pt', source_sha256: await hashFile(path) } })
    } else {
      await copyFile(path, `${place}.tmp`)
      await put(`${place}.tmp`, place)
    }
    return this.list().find((weights) => weights.model === model)!
  }

  async #fetch(model: ModelName, { signal, progress }: JobContext): Promise<Job['result']> {
    const published = this.#offer(model)
    const place = imagenetPlace(model, this.#folders)
    await mkdir(dirname(place), { recursive: true })
    const part = `${place}.part`
    const address = addressOf(published, this.#settings.get().weightsAddress)
    const remedy = `Or bring ${published.file} of ${published.repository} by other means and save it as ${place}.`
    await download({ address, part, sha256: published.sha256, signal, progress, remedy })
    await check(model, part).catch(async (error: unknown) => {
      await rm(part, { force: true })
      throw error
    })
    await put(part, place)
    return { model, file: place, sha256: published.sha256 }
  }

  #offer(model: ModelName): Published {
    const published = this.#published[model]
    if (published) return published
    throw new CodedError('NOT_PUBLISHED', `ImageNet weights of ${model} were never published.`, { remedy: 'Bring a file of your own, choose another network, or start from random weights.' })
  }
}

/** Names, shapes and count of the body. */
async function check(model: ModelName, path: string): Promise<void> {
  const net = architecture({ model, head: 'linear' })
  const found = differences(net, await readWeights(path), 'free')
  if (found.length) throw mismatch(net, path, found)
}

async function put(temporary: string, place: string): Promise<void> {
  {
    await using file = await open(temporary, 'r+')
    await file.sync()
  }
  await rename(temporary, place)
}
