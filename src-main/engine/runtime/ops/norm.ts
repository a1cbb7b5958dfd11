/**
 * Our own kernels of batch normalisation with ReLU over chunks of channels (native/src/norm/kernels.h says what they compute). They take a
 * list where TensorFlow's need a concatenation, and their gradient is one op that can add to a gradient that is there already.
 */
import type * as tf from '@tensorflow/tfjs'
import { rawOp, rawOp1 } from '../raw-op.ts'
import { openBinding } from '../tfjs.ts'

/** Channels of a chunk must be a multiple of it. */
const LANE = 16

/** Whether they are there: on CPUs with AVX2 or better, where the library can take ops of ours. */
export const hasNormKernels = (): boolean => openBinding().hasNormKernels

/** Whether they serve for a tensor of this shape; for a vector an image there is nothing to gain. */
export function normKernelsServe([, h = 1, w = 1, c = 0]: readonly number[]): boolean {
  return hasNormKernels() && h * w > 1 && c % LANE === 0
}

export interface Moments {
  mean: tf.Tensor1D
  /** Biased, to normalise by. */
  variance: tf.Tensor1D
  /** For running averages. */
  unbiased: tf.Tensor1D
}

/** Of each channel of x [n, h, w, c] over all else. */
export function moments(x: tf.Tensor): Moments {
  const [mean, variance, unbiased] = rawOp('XcMoments', {}, [x]) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]
  return { mean, variance, unbiased }
}

/** Chunks [n, h, w, ci] that stand for their concatenation [n, h, w, c], normalised by the moments of each chunk. */
export interface ChunkNorm {
  x: readonly tf.Tensor[]
  mean: readonly tf.Tensor[]
  variance: readonly tf.Tensor[]
  /** [c] */
  scale: tf.Tensor
  /** [c] */
  offset: tf.Tensor
  epsilon: number
  relu: boolean
}

const inputsOf = ({ x, mean, variance, scale, offset }: ChunkNorm) => [x, mean, variance, scale, offset]

/** @returns [n, h, w, c] */
export function chunkNorm(norm: ChunkNorm): tf.Tensor4D {
  const { epsilon, relu } = norm
  return rawOp1('XcNorm', { epsilon, relu }, inputsOf(norm))
}

export interface ChunkNormGradient {
  /** Of each chunk; it counts in what the moments depend on x. */
  dx: tf.Tensor[]
  dScale: tf.Tensor1D
  dOffset: tf.Tensor1D
}

/** @param sum gradients of the chunks so far, to which this one is added; their memory becomes the result's where nobody else needs it */
export function chunkNormGradient(norm: ChunkNorm, dy: tf.Tensor, sum?: readonly tf.Tensor[]): ChunkNormGradient {
  const { epsilon, relu } = norm
  const outputs = sum ? rawOp('XcNormGradAdd', { epsilon, relu }, [dy, ...inputsOf(norm), sum]) : rawOp('XcNormGrad', { epsilon, relu }, [dy, ...inputsOf(norm)])
  const [dScale, dOffset] = outputs.splice(norm.x.length) as [tf.Tensor1D, tf.Tensor1D]
  return { dx: outputs, dScale, dOffset }
}
