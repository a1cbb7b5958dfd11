import * as tf from '@tensorflow/tfjs'
import { NORM_EPSILON, type Scope } from './layers.ts'

/**
 * Batch normalisation over all axes but the last (Ioffe and Szegedy 2015), with PyTorch's conventions: biased variance to normalise,
 * unbiased variance for the running statistics.
 * @param x [n, h, w, c] or [n, c]
 */
export function batchNorm<T extends tf.Tensor4D | tf.Tensor2D>(x: T, name: string, scope: Scope): T {
  const [scale, shift] = [scope.get(`${name}.weight`), scope.get(`${name}.bias`)]
  if (!scope.training) return normalise(x, scope.get(`${name}.running_mean`), scope.get(`${name}.running_var`), scale, shift)
  const axes = x.shape.slice(0, -1).map((_, axis) => axis)
  const { mean, variance } = tf.moments(x, axes)
  const count = x.size / x.shape[x.rank - 1]!
  scope.observe?.(name, mean as tf.Tensor1D, tf.mul(variance, count / Math.max(1, count - 1)))
  return normalise(x, mean, variance, scale, shift)
}

export function batchNormRelu(x: tf.Tensor4D, name: string, scope: Scope): tf.Tensor4D {
  return tf.relu(batchNorm(x, name, scope))
}

function normalise<T extends tf.Tensor>(x: T, mean: tf.Tensor, variance: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): T {
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, NORM_EPSILON)))
  return tf.add(tf.mul(tf.sub(x, mean), factor), shift)
}
