import * as tf from '@tensorflow/tfjs'
import { keepInStep } from '../runtime/compile.ts'
import { batchNorm as fused } from '../runtime/ops/batch-norm.ts'
import { NORM_EPSILON, type Scope } from './layers.ts'

/**
 * Batch normalisation over all axes but the last (Ioffe and Szegedy 2015), with PyTorch's conventions: biased variance to normalise,
 * unbiased variance for the running statistics.
 * @param x [n, h, w, c]
 */
export function batchNorm(x: tf.Tensor4D, name: string, scope: Scope, relu = false): tf.Tensor4D {
  const value = (key: string): tf.Tensor1D => scope.get(`${name}.${key}`) as tf.Tensor1D
  const running = scope.training ? undefined : { mean: value('running_mean'), variance: value('running_var') }
  const { y, mean, variance } = fused({ x, scale: value('weight'), offset: value('bias'), epsilon: NORM_EPSILON, relu, running })
  if (scope.training) scope.observe?.(name, keepInStep(mean), keepInStep(variance))
  return y
}

export function batchNormRelu(x: tf.Tensor4D, name: string, scope: Scope): tf.Tensor4D {
  return batchNorm(x, name, scope, true)
}

/** As batchNorm, of feature vectors [n, c]. */
export function batchNorm1d(x: tf.Tensor2D, name: string, scope: Scope): tf.Tensor2D {
  const [n, c] = x.shape
  return tf.reshape(batchNorm(tf.reshape(x, [n, 1, 1, c]), name, scope), [n, c])
}
