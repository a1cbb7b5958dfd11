import * as tf from '@tensorflow/tfjs'
import { CodedError } from '#shared/errors.ts'
import type { Collectives } from '../runtime/collectives.ts'
import { compile } from '../runtime/compile.ts'
import type { Parameters } from './parameters.ts'
import { KEYS } from './step.ts'

/**
 * Ranks that apply the same means to the same weights have the same weights, to the bit; a device that computes wrong, or a bug, would let
 * them drift apart unseen. Each compares the SHA-256 of its state with the mean over the ranks: where all are the mean, all are equal.
 * @throws CodedError RANKS_DIVERGED
 */
export async function checkAgreement(parameters: Parameters, collectives: Collectives): Promise<void> {
  if (collectives.worldSize === 1) return
  const own = await parameters.digest()
  const bytes = tf.tensor1d([...own], 'float32')
  const step = compile((digest: tf.Tensor1D) => [collectives.allReduceSum(digest, KEYS.digest)], 'digest')
  const [sum] = await step(bytes)
  // Sums of so few bytes are exact.
  const total = (await sum!.data()) as Float32Array
  tf.dispose([bytes, sum!])
  step.dispose()
  if (own.every((byte, i) => byte * collectives.worldSize === total[i])) return
  throw new CodedError('RANKS_DIVERGED', 'The weights of the workers are not the same any more.', {
    remedy: 'Resume the run: it goes on from its last checkpoint. If it happens again, a device of this machine computes wrong.',
  })
}

/** Rank 0's value on every rank, by way of JSON: a rank need not see the files that another one reads. Once a process. */
export async function rankZeros<T>(own: T, collectives: Collectives): Promise<T> {
  if (collectives.worldSize === 1) return own
  const text = Buffer.from(JSON.stringify(own))
  const [length] = await broadcast(Float32Array.of(text.length), KEYS.text, collectives)
  const bytes = new Float32Array(length!)
  bytes.set(text.subarray(0, length))
  return JSON.parse(Buffer.from(await broadcast(bytes, KEYS.text + 1, collectives)).toString()) as T
}

async function broadcast(values: Float32Array, key: number, collectives: Collectives): Promise<Float32Array> {
  const own = tf.tensor1d(values)
  const [given] = await collectives.broadcast([own], key)
  const result = (await given!.data()) as Float32Array
  tf.dispose([own, given!])
  return result
}
