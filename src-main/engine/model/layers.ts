import * as tf from '@tensorflow/tfjs'
import { blur, blurKernelServes } from '../runtime/ops/blur.ts'
import { conv2d as paddedConv2d, zeroPad } from '../runtime/ops/conv.ts'
import { rawOp1 } from '../runtime/raw-op.ts'

/**
 * What a forward pass draws on: weights by name, and what training adds to it. Activations are NHWC.
 */
export interface Scope {
  /** Value of the entry of that name. */
  get(name: string): tf.Tensor
  /** Batch statistics and dropout, else running statistics and none. */
  training: boolean
  /** Takes the batch mean and the unbiased batch variance of a norm in training, for its running statistics. */
  observe?(norm: string, mean: tf.Tensor1D, variance: tf.Tensor1D): void
  /** Uniform numbers in [0, 1) for the dropout of that name; needed in training by heads that drop. */
  uniform?(name: string, shape: number[]): tf.Tensor
}

/** PyTorch's default. */
export const NORM_EPSILON = 1e-5

/** Convolution with PyTorch's symmetric padding of (kernel - 1) / 2. */
export function conv2d(x: tf.Tensor4D, name: string, scope: Scope, stride: 1 | 2 = 1): tf.Tensor4D {
  return paddedConv2d(x, scope.get(`${name}.weight`) as tf.Tensor4D, stride)
}

/** Max pooling 3x3 with PyTorch's padding of 1. The input comes from a ReLU, so that zeros pad like minus infinity. */
export function maxPool3(x: tf.Tensor4D, stride: 1 | 2): tf.Tensor4D {
  return stride === 1 ? tf.maxPool(x, 3, 1, 'same') : tf.maxPool(zeroPad(x, 1), 3, 2, 'valid')
}

/**
 * Anti-aliased subsampling (Zhang 2019): pad by reflection, then the binomial filter [1 2 1]^T [1 2 1] / 16 at stride 2.
 * Sides are even, so that the bottom and right padding would never be read.
 */
export function blurPool(x: tf.Tensor4D): tf.Tensor4D {
  if (blurKernelServes(x.shape)) return blur(x)
  const channels = x.shape[3]
  const filter = tf.tile(tf.tensor4d([1, 2, 1, 2, 4, 2, 1, 2, 1], [3, 3, 1, 1]).div(16), [1, 1, channels, 1]) as tf.Tensor4D
  return tf.depthwiseConv2d(reflectTopLeft(x), filter, 2, 'valid')
}

/**
 * One row above and one column to the left, mirrored about the edge pixels. With TensorFlow's own gradient: that of TensorFlow.js drops
 * what the mirrored pixels contribute.
 */
const reflectTopLeft = tf.customGrad((x) => ({
  value: tf.mirrorPad(x as tf.Tensor4D, TOP_LEFT, 'reflect'),
  gradFunc: (dy: tf.Tensor) => rawOp1('MirrorPadGrad', { mode: 'REFLECT' }, [dy, tf.tensor2d(TOP_LEFT, [4, 2], 'int32')]),
})) as (x: tf.Tensor4D) => tf.Tensor4D

const TOP_LEFT: [number, number][] = [[0, 0], [1, 0], [1, 0], [0, 0]]
