import type { Cooccurrence, DatasetImage, DatasetRow, DatasetStats, LabelCount, Split } from '#shared/domain/dataset.ts'
import type { SkippedFile } from '#shared/domain/job.ts'
import type { LabelPolicy, Policy } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import type { DatasetImageFilter, DatasetImageQuery } from '#main/store/repositories/datasetImages.ts'
import { publicDataset } from '#main/store/repositories/datasets.ts'
import { publicSplit } from '#main/store/repositories/splits.ts'
import { splitDataset } from './splitting.ts'
import type { SplitRequest } from './splitting.ts'
import { cooccurrence, labelCounts, policyEffect, stats } from './statistics.ts'

/** A page's query: the split by its id. */
export interface ImagesQuery extends Omit<DatasetImageQuery, 'dataset' | 'filter'> {
  filter: Omit<DatasetImageFilter, 'split'> & { split?: string | undefined }
}

/** Patients deleted at a time, with all their films, so that a large set goes without stopping the program. */
const REMOVE_BATCH = 1000

/** Data sets: every method takes an id or a name, and throws NOT_FOUND. */
export class DatasetsService {
  readonly #store: Store
  readonly #host: Host

  constructor(store: Store, host: Host) {
    this.#store = store
    this.#host = host
  }

  list(): DatasetRow[] {
    return this.#store.datasets.list()
  }

  get(id: string): DatasetRow {
    return publicDataset(this.#store.datasets.get(id))
  }

  images(id: string, { filter, ...page }: ImagesQuery): { total: number; rows: DatasetImage[] } {
    const key = this.#store.datasets.key(id)
    const split = filter.split === undefined ? undefined : this.#store.splits.get(filter.split).key
    const query = { ...page, dataset: key, filter: { ...filter, split } }
    return { total: this.#store.datasetImages.count(query), rows: this.#store.datasetImages.list(query) }
  }

  facets(id: string): ReturnType<Store['datasetImages']['facets']> {
    return this.#store.datasetImages.facets(this.#store.datasets.key(id))
  }

  labelCounts(id: string): LabelCount[] {
    return labelCounts(this.#patterns(id))
  }

  cooccurrence(id: string, policy: Policy): Cooccurrence {
    return cooccurrence(this.#patterns(id), policy)
  }

  stats(id: string, uncertain: LabelPolicy): DatasetStats {
    const { key, patients } = this.#store.datasets.get(id)
    return stats(this.#store.labels.patterns(key), patients, uncertain)
  }

  policyEffect(id: string, policy: Policy): { kept: number; dropped: number; changed: Record<string, number> } {
    return policyEffect(this.#patterns(id), policy)
  }

  split(id: string, request: SplitRequest): Split {
    const split = splitDataset(this.#store, this.#store.datasets.get(id), request)
    this.#host.emit('changed', { what: ['datasets'] })
    return publicSplit(split)
  }

  splits(id: string): Split[] {
    return this.#store.splits.ofDataset(this.#store.datasets.key(id)).map(publicSplit)
  }

  skipped(id: string): SkippedFile[] {
    return this.#store.datasets.skipped(this.#store.datasets.key(id))
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
    while (this.#store.datasets.removeSome(key, REMOVE_BATCH)) await new Promise(setImmediate)
    const removed = this.#store.datasets.remove(key)
    this.#store.audit.add('dataset.remove', subject)
    this.#host.emit('changed', { what: ['datasets', 'studies', 'predictions', 'reports'] })
    return removed
  }

  #patterns(id: string): ReturnType<Store['labels']['patterns']> {
    return this.#store.labels.patterns(this.#store.datasets.key(id))
  }
}
