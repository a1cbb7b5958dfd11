import { join } from 'node:path'
import type { z } from 'zod'
import type { experimentInput } from '#shared/contracts/experiments.ts'
import { TABLE_DEFAULTS, type Experiment } from '#shared/domain/experiment.ts'
import { PUBLISHED } from '#shared/domain/published.ts'
import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'
import { CodedError } from '#shared/errors.ts'
import type { Services } from '../index.ts'
import { markdownOf } from './document.ts'
import { ExperimentRecords, stateOf, type StoredExperiment, type StoredRow } from './record.ts'
import { loadNotes, provenanceOf } from './provenance.ts'
import { rowsOf } from './tables.ts'
import { workOn } from './work.ts'

export type ExperimentRequest = z.output<typeof experimentInput>
export type ExperimentParts = Pick<Services, 'store' | 'host' | 'folders' | 'pool' | 'jobs' | 'importing' | 'training' | 'evaluations' | 'system'>

/** From so many films on, table 4 takes a tenth of them unless told otherwise. */
const MANY_FILMS = 10_000

interface Live {
  abort: AbortController
  ended: Promise<void>
}

/** The tables of the paper on the user's films. Each row is an ordinary run; what is known of a table stands in its folder. */
export class ExperimentsService {
  readonly #parts: ExperimentParts
  readonly #records: ExperimentRecords
  readonly #live = new Map<string, Live>()

  constructor(parts: ExperimentParts) {
    this.#parts = parts
    this.#records = new ExperimentRecords(join(parts.folders.data, 'experiments'))
  }

  /** Newest first. */
  list(): Experiment[] {
    return this.#records.list().map((stored) => this.#view(stored))
  }

  /** @throws NOT_FOUND */
  get(id: string): Experiment {
    return this.#view(this.#records.get(id))
  }

  folder(id: string): string {
    return this.#records.folder(this.#records.get(id).id)
  }

  markdown(id: string): string {
    return markdownOf(this.get(id))
  }

  /**
   * Begin a table, or go on with an equal one that was not finished. Answers once the request is known to be possible.
   * @throws EXPERIMENT_ACTIVE, and what a run would: NOT_FOUND, LEAKAGE, INIT_UNAVAILABLE, NO_GPU, NO_FILMS
   */
  async start({ table, run: request, share: asked, fresh }: ExperimentRequest): Promise<Experiment> {
    const { store, training, system } = this.#parts
    const dataset = store.datasets.get(request.dataset)
    const run = { ...request, dataset: dataset.id }
    const share = table === 'table4' ? (asked ?? (dataset.images >= MANY_FILMS ? 10 : 100)) : 100
    const same = this.#records.list().find((old) => old.table === table && old.share === share && sameRequest(old.request, run) && old.state !== 'finished')
    if (same && !fresh) return this.resume(same.id)
    const rows = rowsOf(table, run, await training.machine())
    for (const { asked: own, absent } of rows) if (absent === null) await training.plan({ ...run, ...own })
    const stored: StoredExperiment = {
      format: 1, id: this.#records.newId(), table, dataset: dataset.id, datasetName: dataset.name, request: run, share, state: 'running', pid: process.pid,
      createdAt: new Date().toISOString(), endedAt: null, rows, provenance: await provenanceOf(system, dataset, table, run, share),
    }
    await this.#records.write(stored)
    return this.#begin(stored)
  }

  /** Go on with the rows that have no figures yet. @throws NOT_FOUND, EXPERIMENT_ACTIVE, EXPERIMENT_FINISHED */
  async resume(id: string): Promise<Experiment> {
    const stored = this.#records.get(id)
    const state = stateOf(stored, this.#live.has(id))
    if (state === 'running') throw new CodedError('EXPERIMENT_ACTIVE', 'This table is being made already.')
    if (state === 'finished') throw new CodedError('EXPERIMENT_FINISHED', 'This table is finished.', { remedy: 'Begin it anew.' })
    const rows = stored.rows.map((row): StoredRow => ({ ...row, error: null }))
    const going: StoredExperiment = { ...stored, rows, state: 'running', pid: process.pid, endedAt: null }
    await this.#records.write(going)
    return this.#begin(going)
  }

  /** Stop the run in hand with a checkpoint, and the table with it. Answers when it has ended. @throws EXPERIMENT_ELSEWHERE */
  async stop(id: string): Promise<Experiment> {
    const live = this.#live.get(id)
    if (live) {
      live.abort.abort()
      await live.ended
    } else if (this.get(id).state === 'running') throw new CodedError('EXPERIMENT_ELSEWHERE', 'Another program makes this table.', { remedy: 'Stop it there, or stop its run.' })
    return this.get(id)
  }

  /** The table as it ended, whatever its end; at once when it is not made here. */
  async ended(id: string): Promise<Experiment> {
    await this.#live.get(id)?.ended
    return this.get(id)
  }

  /** @throws NOT_FOUND, EXPERIMENT_ACTIVE */
  remove(id: string): boolean {
    if (this.get(id).state === 'running') throw new CodedError('EXPERIMENT_ACTIVE', 'This table is being made.', { remedy: 'Stop it first.' })
    this.#records.remove(id)
    this.#parts.store.audit.add('experiment.remove', id)
    this.#tell()
    return true
  }

  /** No further run is begun; the one in hand is the training service's to end. */
  async close(): Promise<void> {
    const live = [...this.#live.values()]
    for (const { abort } of live) abort.abort()
    await Promise.all(live.map(({ ended }) => ended))
  }

  #begin(stored: StoredExperiment): Experiment {
    const abort = new AbortController()
    const save = async (): Promise<void> => {
      await this.#records.write(stored)
      this.#tell()
    }
    const ended = workOn(this.#parts, stored, { folder: this.#records.folder(stored.id), save, view: () => this.#view(stored), signal: abort.signal }).finally(() => {
      this.#live.delete(stored.id)
      this.#tell()
    })
    this.#live.set(stored.id, { abort, ended })
    this.#tell()
    return this.#view(stored)
  }

  #tell(): void {
    this.#parts.host.emit('changed', { what: ['experiments'] })
  }

  #view(stored: StoredExperiment): Experiment {
    const { id, table, dataset, datasetName, createdAt, endedAt, provenance } = stored
    const { title, columns } = TABLE_DEFAULTS[table]
    const runs = new Map(this.#parts.training.list().map((run) => [run.id, run]))
    const rows = stored.rows.map(({ key, title: name, run, measured, absent, error }) => {
      const now = run === null ? undefined : runs.get(run)
      return { key, title: name, run, runState: now?.state ?? null, progress: measured ? 1 : now?.totalSteps ? now.step / now.totalSteps : 0, measured, absent, error }
    })
    return { id, table, title, dataset, datasetName, state: stateOf(stored, this.#live.has(id)), createdAt, endedAt, columns, rows, published: PUBLISHED[table], provenance: { ...provenance, notes: [...provenance.notes, ...loadNotes(stored)] }, disclaimer: NOT_FOR_DIAGNOSTIC_USE }
  }
}

/** By what they ask, whatever the order of their fields. */
function sameRequest(a: object, b: object): boolean {
  const text = (request: object): string => JSON.stringify(Object.entries(request).filter(([, value]) => value !== undefined).sort(([x], [y]) => x.localeCompare(y)))
  return text(a) === text(b)
}
