import type { Cooccurrence, DatasetFacets, DatasetImage, DatasetRow, DatasetStats, ImageFilter, LabelCount, PatientFilm, PolicyEffect, SavedFilter, Split } from '#shared/domain/dataset.ts'
import type { Job, SkippedFile } from '#shared/domain/job.ts'
import type { LabelPolicy, Policy } from '#shared/domain/labels.ts'
import type { LabelReading } from '#shared/domain/labelEdits.ts'
import { CodedError } from '#shared/errors.ts'
import type { Host } from '#main/host/host.ts'
import { writeWhole } from '#main/files/whole.ts'
import type { Store } from '#main/store/index.ts'
import type { JobsService } from '../jobs/jobs.ts'
import { readAs } from '#main/store/browse/columns.ts'
import type { Columns } from '#main/store/browse/columns.ts'
import type { StoredFilter } from '#main/store/browse/conditions.ts'
import type { DatasetImageQuery } from '#main/store/repositories/datasetImages.ts'
import { publicDataset } from '#main/store/repositories/datasets.ts'
import { publicSplit } from '#main/store/repositories/splits.ts'
import { storedFilter } from '../labels/choice.ts'
import { csvOf } from './exporting.ts'
import { doneGently } from '#main/store/steps.ts'
import { splitSteps } from './splitting.ts'
import type { SplitRequest } from './splitting.ts'
import { cooccurrence, labelCounts, policyEffect, stats } from './statistics.ts'
import { checkSubset, makeSubset } from './subset.ts'
import type { SubsetRequest } from './subset.ts'

/** A page's query: the split by its id. */
export interface ImagesQuery extends Omit<DatasetImageQuery, 'dataset' | 'filter'> {
  filter: ImageFilter
}

/** Patients deleted at a time, with all their films, so that a large set goes without stopping the program. */
const REMOVE_BATCH = 1000

/** Data sets: every method takes an id or a name, and throws NOT_FOUND. */
export class DatasetsService {
  readonly #store: Store
  readonly #host: Host

  readonly #jobs: JobsService

  constructor(store: Store, host: Host, jobs: JobsService) {
    this.#store = store
    this.#host = host
    this.#jobs = jobs
    jobs.register<SubsetRequest>('subset', {
      resumable: true,
      run: async (request, job) => {
        const result = await makeSubset(store, request, this.#stored(request.filter), job)
        host.emit('changed', { what: ['datasets', 'studies'] })
        return result
      },
    })
  }

  list(): DatasetRow[] {
    return this.#store.datasets.list()
  }

  get(id: string): DatasetRow {
    return publicDataset(this.#store.datasets.get(id))
  }

  images(id: string, { filter, ...page }: ImagesQuery): { total: number; rows: DatasetImage[] } {
    const key = this.#store.datasets.key(id)
    return this.#store.datasetImages.page({ ...page, dataset: key, filter: this.#stored(filter) })
  }

  facets(id: string, filter: ImageFilter): DatasetFacets {
    return this.#store.datasetImages.facets(this.#store.datasets.key(id), this.#stored(filter))
  }

  /** The films of the patient whose row this is. @param split id of the one whose parts are told */
  patient(row: string, { split, reading }: Pick<ImageFilter, 'split' | 'reading'> = {}): { patient: string; films: PatientFilm[] } {
    return this.#store.datasetImages.ofPatient(row, { split: split === undefined ? undefined : this.#store.splits.get(split).key, reading })
  }

  labelCounts(id: string, reading?: LabelReading): LabelCount[] {
    return labelCounts(readAs(this.#columns(id), reading))
  }

  cooccurrence(id: string, policy: Policy): Cooccurrence {
    return cooccurrence(this.#columns(id), policy)
  }

  stats(id: string, uncertain: LabelPolicy): DatasetStats {
    const { key, patients } = this.#store.datasets.get(id)
    return stats(this.#store.datasetImages.columns(key), patients, uncertain)
  }

  /** @param before what changes from that policy to this one is told as well */
  policyEffect(id: string, policy: Policy, before?: Policy): PolicyEffect {
    return policyEffect(this.#columns(id), policy, before)
  }

  async split(id: string, request: SplitRequest): Promise<Split> {
    const split = await doneGently(splitSteps(this.#store, this.#store.datasets.get(id), request))
    this.#host.emit('changed', { what: ['datasets'] })
    return publicSplit(split)
  }

  splits(id: string): Split[] {
    return this.#store.splits.ofDataset(this.#store.datasets.key(id)).map(publicSplit)
  }

  skipped(id: string): SkippedFile[] {
    return this.#store.datasets.skipped(this.#store.datasets.key(id))
  }

  savedFilters(id: string): SavedFilter[] {
    return this.#store.datasetFilters.list(this.#store.datasets.key(id))
  }

  /** Keep a filter under a name; one that has it already is replaced. */
  saveFilter(id: string, saved: SavedFilter): SavedFilter[] {
    this.#store.datasetFilters.save(this.#store.datasets.key(id), saved)
    return this.savedFilters(id)
  }

  removeFilter(id: string, name: string): SavedFilter[] {
    this.#store.datasetFilters.remove(this.#store.datasets.key(id), name)
    return this.savedFilters(id)
  }

  /** Queue a copy of some rows as a set of their own; its result is as that of an import. @throws NAME_TAKEN, NO_ROWS */
  subset(request: SubsetRequest): Job {
    checkSubset(this.#store, request, this.#stored(request.filter))
    return this.#jobs.start('subset', `Data set "${request.name}"`, { ...request, dataset: this.#store.datasets.get(request.dataset).id })
  }

  /** Label file of the rows that meet a filter, piece by piece. */
  csv(id: string, filter: ImageFilter): AsyncGenerator<string> {
    return csvOf(this.#store, this.#store.datasets.key(id), this.#stored(filter))
  }

  /** The same into a file. @param policy what a run would learn from under it is written instead. @throws CSV_NOT_WRITTEN */
  async writeCsv(id: string, filter: ImageFilter, path: string, policy?: Policy): Promise<void> {
    const csv = csvOf(this.#store, this.#store.datasets.key(id), this.#stored(filter), policy)
    await writeWhole(path, csv).catch((cause: unknown) => {
      throw new CodedError('CSV_NOT_WRITTEN', 'The label file could not be written.', { file: path, cause, remedy: 'Choose another folder, or make room on the disk.' })
    })
  }

  /** Ask where to save and write there; a host that cannot ask offers an address. Null when the user cancelled. */
  async export(id: string, filter: ImageFilter): Promise<{ path?: string; url?: string } | null> {
    const { id: dataset, name } = this.get(id)
    if (!this.#host.chooseSave) return { url: `/media/dataset/${dataset}.csv?${new URLSearchParams({ filter: JSON.stringify(filter) })}` }
    const path = await this.#host.chooseSave(`${name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')}.csv`)
    if (path === null) return null
    await this.writeCsv(dataset, filter, path)
    return { path }
  }

  rename(id: string, name: string): DatasetRow {
    const dataset = this.#store.datasets.get(id)
    const other = this.#store.datasets.find(name)
    if (other && other.key !== dataset.key) throw new CodedError('NAME_TAKEN', `There is already a data set "${name}".`, { remedy: 'Choose another name.' })
    this.#store.datasets.rename(dataset.key, name)
    this.#host.emit('changed', { what: ['datasets'] })
    return this.get(dataset.id)
  }

  /** With its studies, predictions and reports; the films' files stay. */
  async remove(id: string): Promise<boolean> {
    const { key, id: subject } = this.#store.datasets.get(id)
    this.#store.datasetImages.forget(key)
    while (this.#store.datasets.removeSome(key, REMOVE_BATCH)) await new Promise(setImmediate)
    const removed = this.#store.datasets.remove(key)
    this.#store.audit.add('dataset.remove', subject)
    this.#host.emit('changed', { what: ['datasets', 'studies', 'predictions', 'reports'] })
    return removed
  }

  #columns(id: string): Columns {
    return this.#store.datasetImages.columns(this.#store.datasets.key(id))
  }

  #stored(filter: ImageFilter): StoredFilter {
    return storedFilter(this.#store, filter)
  }
}
