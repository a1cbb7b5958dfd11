import type { Job } from '#shared/domain/job.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import { resource } from '../app.ts'
import type { DatasetsService } from '../datasets/datasets.ts'
import type { ImportingService } from '../importing/importing.ts'
import type { JobsService } from '../jobs/jobs.ts'

/** Remembers that the samples were once loaded, so that whoever removes them does not meet them again. */
const LOADED = 'samples.loaded'

export const SAMPLE_DATASET = 'Sample films'

/** The sample studies and data set that ship with the app. */
export class SamplesService {
  readonly #store: Store
  readonly #host: Host
  readonly #jobs: JobsService
  readonly #datasets: DatasetsService

  constructor(store: Store, host: Host, jobs: JobsService, importing: ImportingService, datasets: DatasetsService) {
    this.#store = store
    this.#host = host
    this.#jobs = jobs
    this.#datasets = datasets
    jobs.register<Record<string, never>>('samples', {
      resumable: true,
      run: async (_input, job) => {
        store.settings.set(LOADED, true)
        const common = { labelsOnly: false, sample: true }
        await importing.run({ ...common, paths: [resource('samples', 'studies')], as: 'studies' }, job)
        return importing.run({ ...common, paths: [resource('samples', 'dataset')], as: 'dataset', name: SAMPLE_DATASET }, job)
      },
    })
  }

  load(): Job {
    return this.#jobs.start('samples', 'Load the samples', {})
  }

  /** Once in the life of a library, and only while it is empty. */
  loadIfNew(): Job | null {
    const empty = this.#store.datasets.list().length === 0 && this.#store.studies.isEmpty()
    return empty && !this.#store.settings.get(LOADED) ? this.load() : null
  }

  async remove(): Promise<{ studies: number; datasets: number }> {
    const keys = this.#store.studies.samples()
    this.#store.transaction(() => {
      for (const key of keys) this.#store.studies.remove(key)
      this.#store.patients.prune()
    })
    const sets = this.#store.datasets.list().filter(({ sample }) => sample)
    for (const { id } of sets) await this.#datasets.remove(id)
    this.#host.emit('changed', { what: ['studies', 'datasets', 'predictions', 'reports'] })
    return { studies: keys.length, datasets: sets.length }
  }
}
