import type { EditPreview, ImageLabelChange, LabelChange, LabelValues } from '#shared/domain/labelEdits.ts'
import type { StartedChange } from '#shared/contracts/labels.ts'
import { PAPER_POLICY, plainPolicy } from '#shared/domain/labels.ts'
import type { Policy } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { Host } from '#main/host/host.ts'
import { toId } from '#main/store/ids.ts'
import type { Store } from '#main/store/index.ts'
import { publicChange } from '#main/store/repositories/labelEdits.ts'
import type { JobContext, JobsService } from '../jobs/jobs.ts'
import { readerName } from '../decisions/reader.ts'
import type { SettingsService } from '../settings/settings.ts'
import { chosenImages, previewOf } from './choice.ts'
import type { Choice } from './choice.ts'

export interface EditRequest extends Choice {
  values: LabelValues
  why: string
}

/** What a job needs to go on: the change, and what it does. */
type ChangeWork = { change: string; edit: EditRequest } | { change: string; undoes: string }

/** Images changed in one step: some ten milliseconds. More than these are a job. */
const STEP = 500

/** Labels changed by people, and how data sets are read: the source's own values stay beside what stands. */
export class LabelsService {
  readonly #store: Store
  readonly #host: Host
  readonly #jobs: JobsService
  readonly #settings: SettingsService

  constructor(store: Store, host: Host, jobs: JobsService, settings: SettingsService) {
    this.#store = store
    this.#host = host
    this.#jobs = jobs
    this.#settings = settings
    jobs.register<ChangeWork>('labels', { resumable: true, run: (work, job) => this.#runLarge(work, job) })
  }

  /** @throws NOT_FOUND */
  preview(request: Choice & { values: LabelValues }): EditPreview {
    return previewOf(this.#store, request)
  }

  /** @throws NOT_FOUND, NOTHING_TO_EDIT */
  edit(request: EditRequest): StartedChange {
    const { images, cells } = this.preview(request)
    if (!cells) throw new CodedError('NOTHING_TO_EDIT', 'These images have these labels already.', { remedy: 'Choose other values or other images.' })
    const dataset = this.#store.datasets.key(request.dataset)
    return this.#make({ dataset, why: request.why, asked: request.values }, images, (change) => ({ change, edit: { ...request, dataset: toId('ds', dataset) } }))
  }

  /** @throws NOT_FOUND, NOTHING_TO_UNDO */
  undo(change: string): StartedChange {
    const { key, dataset, why, images } = this.#store.labelEdits.get(change)
    return this.#make({ dataset, why, undoes: key }, images, (made) => ({ change: made, undoes: change }))
  }

  history(dataset: string, limit: number, offset = 0): LabelChange[] {
    return this.#store.labelEdits.ofDataset(this.#store.datasets.key(dataset), limit, offset)
  }

  ofImage(row: string): ImageLabelChange[] {
    return this.#store.labelEdits.ofImage(row)
  }

  policies(): Record<string, Policy> {
    return this.#store.datasets.policies()
  }

  policy(dataset: string): Policy {
    return this.policies()[toId('ds', this.#store.datasets.key(dataset))] ?? PAPER_POLICY
  }

  /** @param policy null: the paper's again */
  setPolicy(dataset: string, policy: Policy | null): Record<string, Policy> {
    const key = this.#store.datasets.key(dataset)
    this.#store.datasets.setPolicy(key, policy && plainPolicy(policy))
    this.#store.audit.add('labels.policy', toId('ds', key))
    this.#host.emit('changed', { what: ['datasets'] })
    return this.policies()
  }

  /** At once, or as a job; either way a change that is cut short holds what it has done, and can be taken back. */
  #make(asked: { dataset: number; why: string; asked?: LabelValues; undoes?: number }, images: number, work: (change: string) => ChangeWork): StartedChange {
    const create = (): string => toId('lc', this.#store.labelEdits.create({ ...asked, editor: readerName(this.#settings) }))
    if (images > STEP) {
      const title = `${asked.undoes === undefined ? 'Labels' : 'Taking back labels'} of ${images.toLocaleString('en')} images`
      return { change: null, job: this.#jobs.start('labels', title, work(create())).id }
    }
    const made = this.#store.transaction(() => {
      const change = create()
      this.#step(work(change), this.#keysOf(work(change)))
      const done = this.#store.labelEdits.get(change)
      if (!done.cells) throw new CodedError('NOTHING_TO_UNDO', 'Nothing of this change stands any more.', { remedy: 'Take the newer changes back first, or edit the labels.' })
      return done
    })
    this.#said(made.id, made.images)
    return { change: publicChange(made), job: null }
  }

  async #runLarge(work: ChangeWork, job: JobContext): Promise<Record<string, string | number>> {
    const { labelEdits, datasetImages } = this.#store
    const { dataset } = labelEdits.get(work.change)
    const keys = this.#keysOf(work)
    for (let at = 0; at < keys.length; at += STEP) {
      this.#store.transaction(() => this.#step(work, keys.slice(at, at + STEP)))
      // The columns of the browser follow step by step, so that no page has to wait for all.
      datasetImages.columns(dataset)
      job.progress(Math.min(keys.length, at + STEP), keys.length)
      await job.breathe()
    }
    await datasetImages.prepare(dataset, () => job.breathe())
    const { images, cells } = labelEdits.get(work.change)
    this.#said(work.change, images)
    return { dataset: toId('ds', dataset), images, cells }
  }

  #keysOf(work: ChangeWork): number[] {
    return 'edit' in work ? [...chosenImages(this.#store, work.edit)] : this.#store.labelEdits.imagesOf(this.#store.labelEdits.get(work.undoes).key)
  }

  #step(work: ChangeWork, keys: readonly number[]): void {
    const { labelEdits } = this.#store
    const { key } = labelEdits.get(work.change)
    if ('edit' in work) labelEdits.edit(key, keys, work.edit.values)
    else labelEdits.takeBack(key, labelEdits.get(work.undoes).key, keys)
  }

  #said(change: string, images: number): void {
    this.#store.audit.add('labels.edit', change, { images })
    this.#host.emit('changed', { what: ['datasets'] })
  }
}
