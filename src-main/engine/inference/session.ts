import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import type { NetworkOutput, Opening, Question, Reply } from './session-worker.ts'

export type { NetworkOutput } from './session-worker.ts'

export interface NetworkSession extends AsyncDisposable {
  /**
   * @param pixels grey films, [n, size, size]
   * @param metadata [n, 5], of networks that know the patient
   */
  run(pixels: Uint8Array, metadata?: Float32Array): Promise<NetworkOutput>
}

export interface SessionOptions {
  /** Default: all cores. */
  threads?: number
}

interface Waiting {
  resolve(reply: Reply & { ok: true }): void
  reject(error: unknown): void
}

/**
 * An ONNX file of ours, open on the CPU, in a thread of its own: a run blocks the thread it is called on, and the program must go on
 * answering meanwhile. Runs wait for each other: one run already takes all its threads, and memory stays that of one batch.
 * @param network path or bytes of the file
 * @throws CodedError MODEL_UNREADABLE when the file is no network that the runtime can open; NETWORK_FAILED when its thread ends
 */
export async function openSession(network: string | Uint8Array, size: number, { threads = availableParallelism() }: SessionOptions = {}): Promise<NetworkSession> {
  const opening: Opening = { network, size, threads }
  const worker = new Worker(workerEntry(), { workerData: opening })
  const ask = answersOf(worker)
  await ask('open')
  return {
    async run(pixels, metadata) {
      const films = pixels.length / (size * size)
      if (!Number.isInteger(films) || films === 0) throw new RangeError(`${pixels.length} pixels are not films of ${size}x${size}`)
      return (await ask({ pixels, films, ...(metadata && { metadata }) })).output!
    },
    async [Symbol.asyncDispose]() {
      const ended = once(worker, 'exit')
      worker.postMessage('close' satisfies Question)
      worker.ref()
      await ended
    },
  }
}

/** Replies come in the order of the questions. A thread that has nothing to do keeps no process from its end. */
function answersOf(worker: Worker): (question: Question) => Promise<Reply & { ok: true }> {
  const waiting: Waiting[] = []
  let failure: CodedError | undefined
  const fail = (cause?: unknown): void => {
    failure ??= new CodedError('NETWORK_FAILED', 'The thread of the network ended.', { cause, remedy: 'Predict again.' })
    for (const { reject } of waiting.splice(0)) reject(failure)
  }
  worker.on('error', fail)
  worker.on('exit', () => fail())
  worker.on('message', (reply: Reply) => {
    const next = waiting.shift()
    if (!waiting.length) worker.unref()
    if (reply.ok) next?.resolve(reply)
    else next?.reject(fromErrorShape(reply.error))
  })
  return (question) =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure)
      waiting.push({ resolve, reject })
      worker.ref()
      worker.postMessage(question)
    })
}

/** Beside this file when run from sources; in the bundle an entry of its own, beside or above the chunk that holds this. */
function workerEntry(): URL {
  const candidates = ['./session-worker.ts', './session-worker.js', '../session-worker.js'].map((name) => new URL(name, import.meta.url))
  return candidates.find((url) => existsSync(fileURLToPath(url))) ?? candidates[1]!
}
