/** The thread of one network: opens it, then answers runs one after the other. The runtime (a native library) is loaded here alone. */
import { parentPort, workerData } from 'node:worker_threads'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { LABELS } from '#shared/domain/labels.ts'
import { CodedError, toErrorShape, type ErrorShape } from '#shared/errors.ts'

export interface NetworkOutput {
  /** [n, 14] */
  logits: Float32Array
  /** Last feature maps, [n, channels, height, width]. */
  features: { data: Float32Array; channels: number; height: number; width: number }
}

export interface Opening {
  network: string | Uint8Array
  size: number
  threads: number
}

/** `metadata`: [films, 5], of networks that know the patient. */
export type Question = 'open' | { pixels: Uint8Array; films: number; metadata?: Float32Array } | 'close'

/** `output` answers a run. */
export type Reply = { ok: true; output?: NetworkOutput } | { ok: false; error: ErrorShape }

interface Network {
  run(pixels: Uint8Array, films: number, metadata?: Float32Array): Promise<NetworkOutput>
  release(): Promise<void>
}

/**
 * Threads that wait for work spin for so long, in microseconds, before they sleep. The runtime's own choice spins for longer than a layer takes:
 * a little faster where nobody else wants the cores, and several times slower where somebody does, as the decoding of the next films.
 */
const SPIN_MICROSECONDS = '50'

async function open({ network, size, threads }: Opening): Promise<Network> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const options = {
    executionProviders: ['cpu'], intraOpNumThreads: threads, graphOptimizationLevel: 'all', extra: { session: { intra_op: { spin_duration_us: SPIN_MICROSECONDS } } },
  } as const
  // The two calls are the same; its declarations have one for each type.
  const opening = typeof network === 'string' ? InferenceSession.create(network, options) : InferenceSession.create(network, options)
  const session = await opening.catch((cause: unknown) => {
    throw new CodedError('MODEL_UNREADABLE', 'The network cannot be opened.', { ...(typeof network === 'string' && { file: network }), cause, remedy: 'Train or import the model again.' })
  })
  return {
    run: async (pixels, films, metadata) => {
      const patients = metadata && { metadata: new Tensor('float32', metadata, [films, metadata.length / films]) }
      return read(await session.run({ image: new Tensor('uint8', pixels, [films, size, size]), ...patients }))
    },
    release: () => session.release(),
  }
}

function read(outputs: InferenceSession.OnnxValueMapType): NetworkOutput {
  const { logits, features } = outputs as Record<string, Tensor>
  const [, channels = 0, height = 0, width = 0] = features!.dims
  if (logits!.dims[1] !== LABELS.length) throw new RangeError(`a network of ${logits!.dims[1]} outputs`)
  return { logits: logits!.data as Float32Array, features: { data: features!.data as Float32Array, channels, height, width } }
}

const network = open(workerData as Opening)
network.catch(() => {}) // told in the answer to the first question

async function answer(question: Exclude<Question, 'close'>): Promise<Reply> {
  try {
    const opened = await network
    return question === 'open' ? { ok: true } : { ok: true, output: await opened.run(question.pixels, question.films, question.metadata) }
  } catch (error) {
    return { ok: false, error: toErrorShape(error) }
  }
}

async function close(): Promise<void> {
  await (await network.catch(() => null))?.release()
  parentPort!.close()
}

let last: Promise<void> = Promise.resolve()
parentPort!.on('message', (question: Question) => {
  last = last.then(async () => (question === 'close' ? close() : parentPort!.postMessage(await answer(question))))
})
