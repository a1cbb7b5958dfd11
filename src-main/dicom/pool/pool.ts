import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { CodedError } from '#shared/errors.ts'
import { openLane } from './lane.ts'
import type { Job, Lane } from './lane.ts'
import type { Request, TaskName, Tasks } from './tasks.ts'

export interface PoolOptions {
  /** Default: one a core. */
  workers?: number
  /** Milliseconds that one file may take; default 20,000. A malformed stream can keep a decoder busy for ever. */
  timeoutMs?: number
  /** Mebibytes that one worker may hold while it works on a file; default 1536. A few hundred bytes can claim a picture of gigabytes. */
  memoryMb?: number
  /** Worker script; for tests. */
  entry?: URL
}

export interface DecodePool {
  /**
   * Does one task in a worker.
   * @throws CodedError the film's own, DECODE_TIMEOUT, DECODE_MEMORY, DECODE_CRASHED, POOL_CLOSED; or the signal's reason
   */
  run<K extends TaskName>(request: { task: K } & Tasks[K]['input'], options?: { signal?: AbortSignal }): Promise<Tasks[K]['output']>
  /** Ends the workers; what still waits fails with POOL_CLOSED. */
  close(): Promise<void>
}

/** Workers start when they are first needed and do not keep the process alive while idle. */
export function createDecodePool(options: PoolOptions = {}): DecodePool {
  const { workers = availableParallelism(), timeoutMs = 20_000, memoryMb = 1536, entry = workerEntry() } = options
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
    const lane = openLane(entry, { timeoutMs, memoryMb }, (usable) => {
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

/** Beside this file when run from sources; in the bundle an entry of its own, beside or above the chunk that holds this. */
function workerEntry(): URL {
  const candidates = ['./worker.ts', './worker.js', '../worker.js'].map((name) => new URL(name, import.meta.url))
  return candidates.find((url) => existsSync(fileURLToPath(url))) ?? candidates[1]!
}
