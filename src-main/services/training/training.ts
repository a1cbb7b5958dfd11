import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogLine, MachineDevices, RunCheck, RunRow, StepSample } from '#shared/contracts/training.ts'
import type { DeviceSample, EpochSummary, MachineCluster, RunConfig } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import type { Participation } from '#main/engine/cluster/machines/member.ts'
import { withWorkers } from '#main/engine/training/elastic.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import { publicRun } from '#main/store/repositories/runs.ts'
import type { StoredRun } from '#main/store/repositories/runs.ts'
import { isAlive } from '../alive.ts'
import type { Folders } from '../folders.ts'
import type { ModelsService } from '../models/models.ts'
import type { SettingsService } from '../settings/settings.ts'
import type { RunRequest } from './config.ts'
import { serveChief, takePart } from './joining.ts'
import type { JoinRequest } from './joining.ts'
import type { JoinWatch } from './joining.ts'
import { describeMachine } from './machine.ts'
import { planRun } from './planning.ts'
import type { RunPreparation } from './preparing.ts'
import { findRate } from './rate-finding.ts'
import type { FoundRate, SweepWatch } from './rate-finding.ts'
import { checkNeeds, checkRun, refuseImpossible } from './resources.ts'
import { STOP_FILE, superviseRun } from './supervise.ts'
import type { Supervision } from './supervise.ts'

/** The configuration of a run on another number of workers. @throws WORKERS_UNEVEN, WORKERS_FIXED */
function respread({ name, config }: StoredRun, workers: number): RunConfig {
  const why = config.cluster ? 'its machines say how many workers it has' : config.deterministic && 'a deterministic run keeps its number of workers'
  if (why) throw new CodedError('WORKERS_FIXED', `The run "${name}" goes on with ${config.workers} workers: ${why}.`, { remedy: 'Resume it without --workers.' })
  return withWorkers(config, workers)
}

export interface TrainingParts {
  store: Store
  host: Host
  folders: Folders
  settings: SettingsService
  models: ModelsService
  preparation: RunPreparation
  /** Of a model just made: learn where its films of training lie. */
  reference(model: string, dataset: string, watch: { signal: AbortSignal }): Promise<unknown>
}

/** Runs: one at a time in this program, the others wait. Methods take an id or a name and throw NOT_FOUND. */
export class TrainingService {
  readonly #parts: TrainingParts
  readonly #live = new Map<string, Supervision>()
  #lane: Promise<unknown> = Promise.resolve()

  constructor(parts: TrainingParts) {
    this.#parts = parts
    this.#markInterrupted()
  }

  list(): RunRow[] {
    return this.#parts.store.runs.list().map(publicRun)
  }

  get(id: string): RunRow {
    return publicRun(this.#run(id))
  }

  epochs(id: string): EpochSummary[] {
    return this.#parts.store.telemetry.epochs(this.#run(id).id)
  }

  steps(id: string, limit: number): StepSample[] {
    return this.#parts.store.telemetry.steps(this.#run(id).id, limit)
  }

  log(id: string, limit: number): LogLine[] {
    return this.#parts.store.telemetry.log(this.#run(id).id, limit)
  }

  devices(id: string, limit: number): { at: string; samples: DeviceSample[] }[] {
    return this.#parts.store.telemetry.devices(this.#run(id).id, limit)
  }

  machine(): Promise<MachineDevices> {
    return describeMachine(this.#parts.folders, this.#parts.settings)
  }

  /**
   * Check the request, keep it as a run, and start it when those before it have ended. Answers at once.
   * @throws what `plan` throws, DISK_FULL, MEMORY_SHORT
   */
  async start(request: RunRequest): Promise<RunRow> {
    const { store } = this.#parts
    const { dataset, split, config } = await this.plan(request)
    refuseImpossible(await checkNeeds(this.#parts, dataset, config, await this.machine()))
    const name = request.name ?? `${dataset.name} ${config.model}`
    const run = store.runs.create({ name, dataset: dataset.id, datasetName: dataset.name, split: split.id, config })
    store.audit.add('run.start', run.id)
    return this.#enqueue(run, false)
  }

  /** Train with the chief of a cluster in its next run; nothing is kept here. @throws what `takePart` of `joining.ts` throws */
  takePart(cluster: MachineCluster, request: JoinRequest, watch: JoinWatch): Promise<Participation> {
    return takePart(this.#parts, cluster, request, watch)
  }

  /** As `takePart`, in whatever run comes, one after another. */
  serveChief(cluster: MachineCluster, watch: JoinWatch, ended: (participation: Participation) => void): Promise<never> {
    return serveChief(this.#parts, cluster, watch, ended)
  }

  /** A request with every choice made. @throws NOT_FOUND, LEAKAGE, INIT_UNAVAILABLE, NO_GPU, NO_FILMS, SPLIT_NO_LIST */
  plan(request: RunRequest): ReturnType<typeof planRun> {
    return planRun(this.#parts, request)
  }

  /** What a run would take of disk, memory and time. @throws NOT_FOUND, NO_GPU */
  check(request: RunRequest): Promise<RunCheck> {
    return checkRun(this.#parts, request)
  }

  /** The rate that suits a run, by trial, when the runs before it have ended; the run itself is not kept. @throws as `start`, STOPPED */
  findRate(request: RunRequest, watch: SweepWatch, signal: AbortSignal): Promise<FoundRate & { config: RunConfig }> {
    return this.#inTurn(() => findRate(this.#parts, request, watch, signal), signal)
  }

  /** Its name and the user's notes; neither changes what was trained. */
  update(id: string, change: { name?: string | undefined; notes?: string | undefined }): RunRow {
    const { name, notes } = change
    const run = publicRun(this.#parts.store.runs.update(this.#run(id).id, { ...(name !== undefined && { name }), ...(notes !== undefined && { notes }) }))
    this.#parts.host.emit('run', run)
    return run
  }

  /**
   * Go on from the last checkpoint of a run that did not finish.
   * @param workers where it is to go on with another number of them than it began with
   * @throws RUN_ACTIVE, RUN_FINISHED, WORKERS_UNEVEN, WORKERS_FIXED
   */
  resume(id: string, workers?: number): RunRow {
    const run = this.#run(id)
    if (this.#isActive(run)) throw new CodedError('RUN_ACTIVE', `The run "${run.name}" is ${run.state} already.`)
    if (run.state === 'finished') throw new CodedError('RUN_FINISHED', `The run "${run.name}" is finished.`, { remedy: 'Start a new run to train further.' })
    if (workers === undefined || workers === run.config.workers) return this.#enqueue(run, true)
    return this.#enqueue(this.#parts.store.runs.update(run.id, { config: respread(run, workers) }), true)
  }

  /** Stop after the step in hand, with a checkpoint; a run of another program is asked through its folder. Answers when it has ended. */
  async stop(id: string): Promise<RunRow> {
    const run = this.#run(id)
    const supervision = this.#live.get(run.id)
    if (supervision) {
      supervision.stop('Stopped by the user.')
      await supervision.ended
    } else if (this.#isActive(run)) {
      await writeFile(join(this.#parts.folders.runs, run.id, STOP_FILE), '')
      while (this.#isActive(this.#run(run.id))) await new Promise((resolve) => setTimeout(resolve, 200))
    } else throw new CodedError('RUN_NOT_ACTIVE', `The run "${run.name}" is ${run.state}; there is nothing to stop.`)
    return this.get(run.id)
  }

  /** The run as it ended, whatever its end; at once when it is not active here. */
  async ended(id: string): Promise<RunRow> {
    await this.#live.get(this.#run(id).id)?.ended
    return this.get(id)
  }

  /** With its checkpoints; a model that it made stays. */
  async remove(id: string): Promise<boolean> {
    const run = this.#run(id)
    if (this.#isActive(run)) throw new CodedError('RUN_ACTIVE', `The run "${run.name}" is ${run.state}.`, { remedy: 'Stop it first.' })
    const removed = this.#parts.store.runs.remove(run.id)
    await rm(join(this.#parts.folders.runs, run.id), { recursive: true, force: true })
    this.#parts.store.audit.add('run.remove', run.id)
    return removed
  }

  /** End the processes; what they have saved stays, and the runs can be resumed. */
  async close(): Promise<void> {
    const live = [...this.#live.values()]
    for (const supervision of live) supervision.kill('The program was closed.')
    await Promise.all(live.map(({ ended }) => ended))
  }

  #run(id: string): StoredRun {
    return this.#parts.store.runs.get(id)
  }

  #enqueue(run: StoredRun, resume: boolean): RunRow {
    this.#parts.store.runs.update(run.id, { state: 'queued', reason: null, endedAt: null, pid: process.pid })
    const supervision = superviseRun(this.#parts, run.id, resume, this.#lane)
    this.#live.set(run.id, supervision)
    this.#lane = supervision.ended.then(() => this.#live.delete(run.id))
    return this.get(run.id)
  }

  /** Work that has the devices to itself, as a run has; given up while it waits when `signal` says so. */
  #inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))
    const before = this.#lane
    const mine = (async () => {
      await Promise.race([before, aborted])
      signal.throwIfAborted()
      return work()
    })()
    aborted.catch(() => {})
    this.#lane = Promise.all([before, mine.catch(() => {})])
    return mine
  }

  #isActive({ id, state, pid }: StoredRun): boolean {
    if (state !== 'queued' && state !== 'running') return false
    return this.#live.has(id) || (pid !== null && isAlive(pid))
  }

  /** A run whose program is gone has ended, and its row says so. */
  #markInterrupted(): void {
    for (const run of this.#parts.store.runs.list()) {
      const open = run.state === 'queued' || run.state === 'running'
      if (!open || this.#isActive(run)) continue
      const reason = { code: 'INTERRUPTED', message: 'The program ended while the run was on.', remedy: 'Resume it: it goes on from its last checkpoint.' }
      this.#parts.store.runs.update(run.id, { state: 'failed', reason, pid: null, timeLeft: null, endedAt: new Date().toISOString() })
    }
  }
}
