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
/** On a starved machine, or while the disk is waited for, a file may take so many times its limit by the clock. */
const PATIENCE = 6
const MIB = 2 ** 20

/** One worker and the job it is at; after a timeout, a crash or too much memory it is thrown away, and the pool opens another. */
export function openLane(entry: URL, limits: Limits, done: (usable: boolean) => void): Lane {
  const worker = new Worker(entry, { resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb } })
  worker.unref()
  let job: Job | undefined
  let watch: Watch | undefined
  let dead = false

  const finish = async (settle: (job: Job) => void, usable: boolean) => {
    const finished = job
    const held = watch?.end()
    job = watch = undefined
    if (dead) return
    dead = !usable
    if (finished) settle(finished)
    if (dead) return done(false)
    if (!finished) return
    // Memory of the decoders grows and never shrinks: a worker that keeps much of what it may would fail on the next film.
    const full = ((await held) ?? 0) > limits.memoryMb / 2
    if (dead) return
    dead = full
    if (full) await worker.terminate()
    // Not before: until then nothing else may keep the process from its end, nor when it is being stopped.
    else worker.unref()
    done(!full)
  }
  worker.on('message', (reply: Reply) => void finish((it) => (reply.ok ? it.resolve(reply.output) : it.reject(fromErrorShape(reply.error))), true))
  const crashed = (reason: string, cause?: unknown) =>
    void finish((it) => it.reject(new CodedError('DECODE_CRASHED', `The decoder failed on this file (${reason}).`, { file: it.request.path, cause })), false)
  worker.on('error', (error) => crashed(error.message, error))
  worker.on('exit', (code) => crashed(`exit ${code}`))

  /** Told only when the core is free again. */
  const giveUp = async (late: Job, code: string, message: string) => {
    void watch?.end()
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
      void finish((it) => it.reject(error(it.request.path)), false)
      return worker.terminate()
    },
  }
}

interface Watch {
  /** @returns mebibytes that the worker holds at the end; 0 where it was too quick to look */
  end(): Promise<number>
}

/** Heap, array buffers and wasm memories count; the question is answered even in the middle of a decoder's loop. */
function watchOver(worker: Worker, { timeoutMs, memoryMb }: Limits, giveUp: (code: string, message: string) => void): Watch {
  const began = performance.now()
  let over = false
  const end = async () => {
    over = true
    clearTimeout(timer)
    clearInterval(interval)
    return performance.now() - began < WATCH_MS ? 0 : ((await held(worker)) ?? 0)
  }
  // Its limit is of the worker's own CPU time: what others do to the machine fails no film.
  let firstCpu: number | undefined
  let cpu = 0
  const late = () => {
    const waited = performance.now() - began
    const left = firstCpu === undefined ? 0 : timeoutMs - (cpu - firstCpu) - 2 * WATCH_MS
    if (left > 0 && waited < PATIENCE * timeoutMs) return void (timer = setTimeout(late, Math.max(left, WATCH_MS)))
    void end()
    giveUp('DECODE_TIMEOUT', `Decoding took more than ${timeoutMs / 1000} s.`)
  }
  let timer = setTimeout(late, timeoutMs)
  const look = async () => {
    const [now, spent] = await Promise.all([held(worker), cpuTime(worker)])
    if (over || now === null) return
    cpu = spent ?? cpu
    if (spent !== null) firstCpu ??= cpu
    if (now <= memoryMb) return
    void end()
    giveUp('DECODE_MEMORY', `Decoding took more than ${memoryMb} MiB of memory.`)
  }
  const interval = setInterval(() => void look(), WATCH_MS)
  return { end }
}

/** Mebibytes; null where the worker is about to end, of which it tells itself. */
async function held(worker: Worker): Promise<number | null> {
  const heap = await worker.getHeapStatistics().catch(() => null)
  return heap && (heap.external_memory + heap.total_heap_size) / MIB
}

/** Milliseconds of its thread; null where it is about to end, and before Node 24.6, which cannot tell: there the clock counts. */
async function cpuTime(worker: Partial<Pick<Worker, 'cpuUsage'>>): Promise<number | null> {
  const spent = await worker.cpuUsage?.().catch(() => null)
  return spent ? (spent.user + spent.system) / 1000 : null
}
