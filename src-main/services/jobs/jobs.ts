import type { Job, JobKind, SkippedFile } from '#shared/domain/job.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import { publicJob } from '#main/store/repositories/jobs.ts'
import type { StoredJob } from '#main/store/repositories/jobs.ts'
import { isAlive } from '../alive.ts'
import { Progress } from './progress.ts'

/** What a job's work may do to the job. */
export interface JobContext {
  /** Id of the job. */
  readonly id: string
  /** Aborted by cancel and by the end of the program. */
  readonly signal: AbortSignal
  progress(done: number, total: number): void
  /** A file that was left out, and why. */
  skip(file: SkippedFile): void
  /** Let the process answer others; throws when the job was cancelled. Call it between batches. */
  breathe(): Promise<void>
}

/** The work of one kind of job. It must be able to start over: a resumed job runs again with the same input. */
export interface JobWork<I> {
  resumable: boolean
  run(input: I, job: JobContext): Promise<Job['result']>
}

interface Live {
  stored: StoredJob
  progress: Progress
  abort: AbortController
  state: 'queued' | 'running'
  ended: Promise<Job>
  skipped: number
  /** When the pages were last told, in milliseconds. */
  told: number
}

/** At most five tellings a second. */
const TELL_EVERY = 200

/** Everything long: a queue for each kind, with progress, cancel and resume. The database remembers jobs, so a crash leaves them `interrupted`. */
export class JobsService {
  readonly #store: Store
  readonly #host: Host
  readonly #works = new Map<JobKind, JobWork<never>>()
  readonly #lanes = new Map<JobKind, Promise<unknown>>()
  readonly #live = new Map<string, Live>()
  #closing = false

  constructor(store: Store, host: Host) {
    this.#store = store
    this.#host = host
    this.#markInterrupted()
  }

  register<I>(kind: JobKind, work: JobWork<I>): void {
    this.#works.set(kind, work as JobWork<never>)
  }

  /** Queue a job; it runs when those of its kind before it have ended. */
  start<I>(kind: JobKind, title: string, input: I): Job {
    return this.#enqueue(this.#store.jobs.create({ kind, title, input, resumable: this.#work(kind).resumable }))
  }

  list(): Job[] {
    return this.#store.jobs.list().map((job) => this.#view(job))
  }

  get(id: string): Job {
    return this.#view(this.#store.jobs.get(id))
  }

  /** What it was started with. */
  inputOf<I>(id: string): I {
    return this.#store.jobs.get(id).input as I
  }

  skipped(id: string): SkippedFile[] {
    return this.#store.jobs.skipped(this.#store.jobs.get(id).id)
  }

  /** The job as it ended, whatever its end. */
  async ended(id: string): Promise<Job> {
    return (await this.#live.get(id)?.ended) ?? this.get(id)
  }

  /** Stop a queued or running job; what it has stored stays. */
  async cancel(id: string): Promise<Job> {
    const live = this.#live.get(id)
    const job = this.get(id)
    if (live) {
      live.abort.abort()
      return live.ended
    }
    if (job.state === 'queued' || job.state === 'running') throw new CodedError('JOB_ELSEWHERE', 'Another program runs this job.', { remedy: 'Cancel it there.' })
    return job
  }

  /** Run a job that did not finish again; what is already stored is not stored twice. */
  resume(id: string): Job {
    const job = this.#store.jobs.get(id)
    if (!job.resumable || !['cancelled', 'failed', 'interrupted'].includes(job.state)) {
      throw new CodedError('JOB_NOT_RESUMABLE', `A ${job.state} ${job.kind} job cannot be resumed.`)
    }
    this.#store.jobs.clearSkips(job.key)
    this.#store.jobs.setState(job.key, 'queued')
    return this.#enqueue(this.#store.jobs.get(id))
  }

  clear(): number {
    return this.#store.jobs.clear()
  }

  /** End all jobs as interrupted and wait until they have. */
  async close(): Promise<void> {
    this.#closing = true
    const live = [...this.#live.values()]
    for (const { abort } of live) abort.abort()
    await Promise.all(live.map(({ ended }) => ended))
  }

  #work(kind: JobKind): JobWork<never> {
    const work = this.#works.get(kind)
    if (!work) throw new CodedError('JOB_UNKNOWN', `Nothing here can run a job of kind ${kind}.`)
    return work
  }

  #enqueue(stored: StoredJob): Job {
    const work = this.#work(stored.kind)
    const before = this.#lanes.get(stored.kind)
    const live: Live = { stored, progress: new Progress(), abort: new AbortController(), state: 'queued', ended: Promise.resolve(publicJob(stored)), skipped: 0, told: 0 }
    this.#live.set(stored.id, live)
    live.ended = (async () => {
      await before
      return this.#run(live, work)
    })()
    this.#lanes.set(stored.kind, live.ended)
    this.#tell(live)
    return this.#view(stored)
  }

  async #run(live: Live, work: JobWork<never>): Promise<Job> {
    const { stored, abort } = live
    const { jobs } = this.#store
    try {
      abort.signal.throwIfAborted()
      live.state = 'running'
      live.progress = new Progress()
      jobs.setState(stored.key, 'running')
      this.#tell(live)
      const result = await work.run(stored.input as never, this.#context(live))
      jobs.progress(stored.key, live.progress.done, live.progress.total)
      jobs.end(stored.key, 'finished', { result })
    } catch (error) {
      jobs.progress(stored.key, live.progress.done, live.progress.total)
      if (abort.signal.aborted) jobs.end(stored.key, this.#closing ? 'interrupted' : 'cancelled')
      else jobs.end(stored.key, 'failed', { error: toErrorShape(error) })
    }
    this.#live.delete(stored.id)
    const job = publicJob(jobs.get(stored.id))
    this.#host.emit('job', job)
    return job
  }

  #context(live: Live): JobContext {
    const { stored, abort } = live
    return {
      id: stored.id,
      signal: abort.signal,
      progress: (done, total) => {
        live.progress.set(done, total)
        if (Date.now() - live.told >= TELL_EVERY) this.#tell(live)
      },
      skip: (file) => {
        live.skipped++
        this.#store.jobs.skip(stored.key, file)
      },
      breathe: async () => {
        await new Promise(setImmediate)
        abort.signal.throwIfAborted()
      },
    }
  }

  #tell(live: Live): void {
    live.told = Date.now()
    this.#store.jobs.progress(live.stored.key, live.progress.done, live.progress.total)
    this.#host.emit('job', this.#view(live.stored))
  }

  /** With what only the running process knows. */
  #view(stored: StoredJob): Job {
    const live = this.#live.get(stored.id)
    const job = publicJob(stored)
    if (!live) return job
    const { done, total, rate, timeLeft } = live.progress
    return { ...job, state: live.state, endedAt: null, error: null, done, total, rate, timeLeft, skippedCount: live.skipped }
  }

  #markInterrupted(): void {
    for (const job of this.#store.jobs.list()) {
      if ((job.state === 'queued' || job.state === 'running') && !isAlive(job.pid)) this.#store.jobs.end(job.key, 'interrupted')
    }
  }
}
