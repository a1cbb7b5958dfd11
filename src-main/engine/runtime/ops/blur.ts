import * as tf from '@tensorflow/tfjs'
import { rawOp1 } from '../raw-op.ts'
import { normKernelsServe } from './norm.ts'

/** Whether our own kernel of blur pooling serves for a tensor of this shape. */
export const blurKernelServes = (shape: readonly number[]): boolean => normKernelsServe(shape) && shape[1]! % 2 === 0 && shape[2]! % 2 === 0

/**
 * Anti-aliased subsampling (Zhang 2019): the binomial filter [1 2 1]^T [1 2 1] / 16 at stride 2, mirrored about the top and left edges.
 * @param x [n, h, w, c]
 * @returns [n, h / 2, w / 2, c]
 */
export const blur = tf.customGrad((x) => ({
  value: rawOp1<tf.Tensor4D>('XcBlur', {}, [x as tf.Tensor]),
  gradFunc: (dy: tf.Tensor) => rawOp1('XcBlurGrad', {}, [dy]),
})) as (x: tf.Tensor4D) => tf.Tensor4D
