import type { ImageFilter } from '#shared/domain/dataset.ts'
import { CodedError } from '#shared/errors.ts'
import type { Job } from '#shared/domain/job.ts'
import type { Store } from '#main/store/index.ts'
import { requireKey } from '#main/store/ids.ts'
import type { JobContext } from '../jobs/jobs.ts'
import type { StoredFilter } from '#main/store/browse/conditions.ts'

export interface SubsetRequest {
  /** Id of the set that the rows are taken from. */
  dataset: string
  /** Of the new set. */
  name: string
  /** Ids of rows; left out: all that meet the filter. */
  rows?: string[] | undefined
  filter: ImageFilter
}

/** Rows a transaction. */
const BATCH = 500

/** @throws NAME_TAKEN, NOT_FOUND, NO_ROWS */
export function checkSubset(store: Store, { dataset, name, rows, filter }: SubsetRequest, stored: StoredFilter): void {
  if (store.datasets.find(name)) throw new CodedError('NAME_TAKEN', `There is already a data set "${name}".`, { remedy: 'Choose another name.' })
  const count = rows?.length ?? store.datasetImages.count({ dataset: store.datasets.key(dataset), filter: stored })
  if (count === 0) throw new CodedError('NO_ROWS', 'There is no image to make a data set of.', { remedy: filter.labels.length ? 'Take a filter away.' : 'Choose other images.' })
}

/**
 * Copies rows with their films' entries, patients and studies into a data set of its own: what is done to one set leaves the other as it is, and the
 * films on disk are shared. Started again it goes on after the last row that is in.
 */
export async function makeSubset(store: Store, request: SubsetRequest, stored: StoredFilter, job: JobContext): Promise<Job['result']> {
  const from = store.datasets.get(request.dataset)
  const keys = request.rows ? Uint32Array.from(request.rows, (id) => requireKey('di', id)).sort() : store.datasetImages.matching(from.key, stored)
  const { key: dataset, id } = store.datasets.find(request.name) ?? store.datasets.create({ name: request.name, format: from.format, root: `${from.id}/${job.id}`, hasFiles: from.hasFiles, sample: from.sample })
  const copier = new Copier(store, dataset, `Copied from the data set "${from.name}"`)
  for (let at = 0; at < keys.length; at += BATCH) {
    store.transaction(() => keys.subarray(at, at + BATCH).forEach((key) => copier.copy(key)))
    job.progress(Math.min(keys.length, at + BATCH), keys.length)
    await job.breathe()
  }
  await store.datasetImages.prepare(dataset, () => job.breathe())
  const { name, images, patients, studies, labelled } = store.datasets.get(id)
  return { dataset: id, name, images, patients, studies, labelled }
}

class Copier {
  readonly #store: Store
  readonly #dataset: number
  #row: number
  readonly #why: string
  /** Key of the change that brings the edits along, made with the first. */
  #change: number | null = null
  /** New key by old one. */
  readonly #patients = new Map<number, number>()
  readonly #studies = new Map<number, number>()
  readonly #series = new Map<number, number>()

  constructor(store: Store, dataset: number, why: string) {
    this.#why = why
    this.#store = store
    this.#dataset = dataset
    this.#row = store.datasetImages.nextRow(dataset)
  }

  copy(key: number): void {
    const { datasetCopies, datasetImages, labelEdits } = this.#store
    const old = datasetCopies.chain(key)
    if (!old) return
    const there = datasetImages.find(this.#dataset, old.path)
    if (there) {
      const copied = datasetCopies.chain(there.key)!
      this.#patients.set(old.patient, copied.patient)
      this.#studies.set(old.study, copied.study)
      this.#series.set(old.series, copied.series)
      return
    }
    const patient = known(this.#patients, old.patient, () => datasetCopies.patient(old.patient, this.#dataset))
    const study = known(this.#studies, old.study, () => datasetCopies.study(old.study, patient, this.#dataset))
    const series = known(this.#series, old.series, () => datasetCopies.series(old.series, study))
    const made = datasetCopies.row(key, old.image, { dataset: this.#dataset, row: this.#row++, series })
    if (!labelEdits.isEdited(key)) return
    labelEdits.copy((this.#change ??= labelEdits.create({ dataset: this.#dataset, editor: '', why: this.#why })), key, made)
  }
}

function known(map: Map<number, number>, old: number, make: () => number): number {
  const key = map.get(old) ?? make()
  map.set(old, key)
  return key
}
