import { availableParallelism } from 'node:os'
import type { InferenceSession } from 'onnxruntime-node'
import { LABELS } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'

export interface NetworkOutput {
  /** [n, 14] */
  logits: Float32Array
  /** Last feature maps, [n, channels, height, width]. */
  features: { data: Float32Array; channels: number; height: number; width: number }
}

export interface NetworkSession extends AsyncDisposable {
  /** @param pixels grey films, [n, size, size] */
  run(pixels: Uint8Array): Promise<NetworkOutput>
}

export interface SessionOptions {
  /** Default: all cores. */
  threads?: number
}

/**
 * An ONNX file of ours, open on the CPU. Runs wait for each other: one run already takes all its threads, and memory stays that of one batch.
 * The runtime (a native library) is loaded with the first session.
 * @param network path or bytes of the file
 * @throws CodedError MODEL_UNREADABLE when the file is no network that the runtime can open
 */
export async function openSession(network: string | Uint8Array, size: number, { threads = availableParallelism() }: SessionOptions = {}): Promise<NetworkSession> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const options = { executionProviders: ['cpu'], intraOpNumThreads: threads, graphOptimizationLevel: 'all' } as const
  // The two calls are the same; its declarations have one for each type.
  const opening = typeof network === 'string' ? InferenceSession.create(network, options) : InferenceSession.create(network, options)
  const session = await opening.catch((cause: unknown) => {
    throw new CodedError('MODEL_UNREADABLE', 'The network cannot be opened.', { ...(typeof network === 'string' && { file: network }), cause, remedy: 'Train or import the model again.' })
  })
  let last: Promise<unknown> = Promise.resolve()
  return {
    run(pixels) {
      const films = pixels.length / (size * size)
      if (!Number.isInteger(films) || films === 0) throw new RangeError(`${pixels.length} pixels are not films of ${size}x${size}`)
      const result = last.then(async () => read(await session.run({ image: new Tensor('uint8', pixels, [films, size, size]) })))
      last = result.catch(() => {})
      return result
    },
    async [Symbol.asyncDispose]() {
      await last
      await session.release()
    },
  }
}

function read(outputs: InferenceSession.OnnxValueMapType): NetworkOutput {
  const { logits, features } = outputs
  const [, channels = 0, height = 0, width = 0] = features!.dims
  const output = { logits: logits!.data as Float32Array, features: { data: features!.data as Float32Array, channels, height, width } }
  if (logits!.dims[1] !== LABELS.length) throw new RangeError(`a network of ${logits!.dims[1]} outputs`)
  return output
}
