import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import type { Request, TaskName, Tasks } from './tasks.ts'
import type { Reply } from './worker.ts'

export interface PoolOptions {
  /** Default: one a core. */
  workers?: number
  /** Milliseconds that one file may take; default 20,000. A malformed stream can keep a decoder busy for ever. */
  timeoutMs?: number
  /** Worker script; for tests. */
  entry?: URL
}

export interface DecodePool {
  /**
   * Does one task in a worker.
   * @throws CodedError the film's own, DECODE_TIMEOUT, DECODE_CRASHED, POOL_CLOSED; or the signal's reason
   */
  run<K extends TaskName>(request: { task: K } & Tasks[K]['input'], options?: { signal?: AbortSignal }): Promise<Tasks[K]['output']>
  /** Ends the workers; what still waits fails with POOL_CLOSED. */
  close(): Promise<void>
}

interface Job {
  request: Request
  resolve(output: unknown): void
  reject(error: unknown): void
  signal?: AbortSignal
}

/** Workers start when they are first needed and do not keep the process alive while idle. */
export function createDecodePool(options: PoolOptions = {}): DecodePool {
  const { workers = availableParallelism(), timeoutMs = 20_000, entry = workerEntry() } = options
  const queue: Job[] = []
  const idle: Lane[] = []
  const all = new Set<Lane>()
  let closed = false

  const pump = () => {
    while (queue.length) {
      const lane = idle.pop() ?? (all.size < workers ? addLane() : undefined)
      if (!lane) return
      const job = queue.shift()!
      if (job.signal?.aborted) idle.push(lane)
      else lane.start(job)
    }
  }
  const addLane = () => {
    const lane = openLane(entry, timeoutMs, (usable) => {
      if (usable) idle.push(lane)
      else {
        all.delete(lane)
        // A worker can die while it waits, too.
        if (idle.includes(lane)) idle.splice(idle.indexOf(lane), 1)
      }
      pump()
    })
    all.add(lane)
    return lane
  }
  const closedError = (path: string) => new CodedError('POOL_CLOSED', 'The decoders were shut down.', { file: path })

  return {
    run: (request, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(closedError(request.path))
        if (signal?.aborted) return reject(signal.reason)
        const abort = () => reject(signal!.reason)
        signal?.addEventListener('abort', abort, { once: true })
        // A long import shares one signal: its listeners must not pile up.
        const settled = <V>(settle: (value: V) => void) => (value: V) => {
          signal?.removeEventListener('abort', abort)
          settle(value)
        }
        queue.push({ request: request as Request, resolve: settled(resolve as Job['resolve']), reject: settled(reject), signal })
        pump()
      }),
    async close() {
      closed = true
      for (const { request, reject } of queue.splice(0)) reject(closedError(request.path))
      await Promise.all([...all].map((lane) => lane.stop(closedError)))
    },
  }
}

interface Lane {
  start(job: Job): void
  stop(error: (path: string) => CodedError): Promise<unknown>
}

/** One worker and the job it is at; after a timeout or a crash it is thrown away, and the pool opens another. */
function openLane(entry: URL, timeoutMs: number, done: (usable: boolean) => void): Lane {
  const worker = new Worker(entry)
  worker.unref()
  let job: Job | undefined
  let timer: NodeJS.Timeout | undefined
  let dead = false

  const finish = (settle: (job: Job) => void, usable: boolean) => {
    clearTimeout(timer)
    const finished = job
    job = undefined
    worker.unref()
    if (dead) return
    dead = !usable
    if (finished) settle(finished)
    if (finished || dead) done(usable)
  }
  worker.on('message', (reply: Reply) => finish((it) => (reply.ok ? it.resolve(reply.output) : it.reject(fromErrorShape(reply.error))), true))
  const crashed = (reason: string, cause?: unknown) =>
    finish((it) => it.reject(new CodedError('DECODE_CRASHED', `The decoder failed on this file (${reason}).`, { file: it.request.path, cause })), false)
  worker.on('error', (error) => crashed(error.message, error))
  worker.on('exit', (code) => crashed(`exit ${code}`))

  return {
    start(next) {
      job = next
      worker.ref()
      timer = setTimeout(async () => {
        const late = new CodedError('DECODE_TIMEOUT', `Decoding took more than ${timeoutMs / 1000} s.`, { file: next.request.path })
        job = undefined
        // Told only when the core is free again.
        await worker.terminate()
        next.reject(late)
      }, timeoutMs)
      worker.postMessage(next.request)
    },
    stop(error) {
      finish((it) => it.reject(error(it.request.path)), false)
      return worker.terminate()
    },
  }
}

/** Beside this file when run from sources; in the bundle an entry of its own, beside or above the chunk that holds this. */
function workerEntry(): URL {
  const candidates = ['./worker.ts', './worker.js', '../worker.js'].map((name) => new URL(name, import.meta.url))
  return candidates.find((url) => existsSync(fileURLToPath(url))) ?? candidates[1]!
}
