import { Worker } from 'node:worker_threads'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import type { Request } from './tasks.ts'
import type { Reply } from './worker.ts'

export interface Job {
  request: Request
  resolve(output: unknown): void
  reject(error: unknown): void
  signal?: AbortSignal
}

export interface Lane {
  start(job: Job): void
  stop(error: (path: string) => CodedError): Promise<unknown>
}

export interface Limits {
  timeoutMs: number
  memoryMb: number
}

/** How often a busy worker's memory is looked at. */
const WATCH_MS = 100
const MIB = 2 ** 20

/** One worker and the job it is at; after a timeout, a crash or too much memory it is thrown away, and the pool opens another. */
export function openLane(entry: URL, limits: Limits, done: (usable: boolean) => void): Lane {
  const worker = new Worker(entry, { resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb } })
  worker.unref()
  let job: Job | undefined
  let watch: Watch | undefined
  let dead = false

  const finish = (settle: (job: Job) => void, usable: boolean) => {
    const finished = job
    // Memory of the decoders grows and never shrinks: a worker that holds much of what it may would fail on the next great film.
    const kept = usable && (watch?.end() ?? 0) < limits.memoryMb / 2
    watch?.end()
    job = watch = undefined
    worker.unref()
    if (dead) return
    dead = !kept
    if (usable && !kept) void worker.terminate()
    if (finished) settle(finished)
    if (finished || dead) done(kept)
  }
  worker.on('message', (reply: Reply) => finish((it) => (reply.ok ? it.resolve(reply.output) : it.reject(fromErrorShape(reply.error))), true))
  const crashed = (reason: string, cause?: unknown) =>
    finish((it) => it.reject(new CodedError('DECODE_CRASHED', `The decoder failed on this file (${reason}).`, { file: it.request.path, cause })), false)
  worker.on('error', (error) => crashed(error.message, error))
  worker.on('exit', (code) => crashed(`exit ${code}`))

  /** Told only when the core is free again. */
  const giveUp = async (late: Job, code: string, message: string) => {
    watch?.end()
    job = undefined
    await worker.terminate()
    late.reject(new CodedError(code, message, { file: late.request.path }))
  }
  let online = false
  worker.once('online', () => {
    online = true
    if (job) watch = watchOver(worker, limits, giveUp.bind(null, job))
  })

  return {
    start(next) {
      job = next
      worker.ref()
      // A worker's own start is not the file's time.
      if (online) watch = watchOver(worker, limits, giveUp.bind(null, next))
      worker.postMessage(next.request)
    },
    stop(error) {
      finish((it) => it.reject(error(it.request.path)), false)
      return worker.terminate()
    },
  }
}

interface Watch {
  /** @returns the most mebibytes that the worker was seen to hold */
  end(): number
}

/** Heap, array buffers and wasm memories count; the question is answered even in the middle of a decoder's loop. */
function watchOver(worker: Worker, { timeoutMs, memoryMb }: Limits, giveUp: (code: string, message: string) => void): Watch {
  let most = 0
  let over = false
  const end = () => {
    over = true
    clearTimeout(timer)
    clearInterval(interval)
    return most
  }
  const timer = setTimeout(() => {
    end()
    giveUp('DECODE_TIMEOUT', `Decoding took more than ${timeoutMs / 1000} s.`)
  }, timeoutMs)
  const look = async () => {
    // Rejected where the worker is about to end, of which it tells itself.
    const heap = await worker.getHeapStatistics().catch(() => null)
    if (over || !heap) return
    most = Math.max(most, (heap.external_memory + heap.total_heap_size) / MIB)
    if (most <= memoryMb) return
    end()
    giveUp('DECODE_MEMORY', `Decoding took more than ${memoryMb} MiB of memory.`)
  }
  const interval = setInterval(() => void look(), WATCH_MS)
  return { end }
}
