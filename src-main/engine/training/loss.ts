import * as tf from '@tensorflow/tfjs'
import { IGNORED } from '#shared/domain/labels.ts'

/**
 * Binary cross-entropy of logits, mean over the cells that are not ignored: softplus(z) - z y, whose gradient is sigmoid(z) - y.
 * @param logits [n, labels]
 * @param targets float32 [n, labels] of 0, 1 or IGNORED
 * @returns scalar
 */
export function bceWithLogits(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const counted = tf.cast(tf.notEqual(targets, IGNORED), 'float32')
  const cells = tf.sub(tf.softplus(logits), tf.mul(logits, targets))
  // where, not a product: an ignored cell is not merely weighted by nought.
  const kept = tf.where(tf.equal(targets, IGNORED), tf.zerosLike(cells), cells)
  return tf.div(tf.sum(kept), tf.maximum(tf.sum(counted), 1))
}
