import * as tf from '@tensorflow/tfjs'
import { IGNORED, LABELS } from '#shared/domain/labels.ts'

export interface LossOptions {
  /** e: a target y counts as y (1 - e) + e / 2. */
  smoothing?: number
  /** What a positive counts, a negative counting 1; one number a label. */
  positiveWeights?: readonly number[]
}

/** Limit of a label's weight on either side: one rarer than 1 in 20 would shake the loss whenever it comes. */
const LARGEST_WEIGHT = 20

/**
 * Binary cross-entropy of logits, mean over the cells that are not ignored: softplus(z) - z y, whose gradient is sigmoid(z) - y;
 * with positive weights p as PyTorch's BCEWithLogitsLoss: (1 - y) z + (1 + (p - 1) y) softplus(-z).
 * @param logits [n, labels]
 * @param targets float32 [n, labels] of 0, 1 or IGNORED
 * @returns scalar
 */
export function bceWithLogits(logits: tf.Tensor2D, targets: tf.Tensor2D, { smoothing = 0, positiveWeights }: LossOptions = {}): tf.Scalar {
  const counted = tf.cast(tf.notEqual(targets, IGNORED), 'float32')
  const y = smoothing ? tf.add(tf.mul(targets, 1 - smoothing), smoothing / 2) : targets
  const cells = positiveWeights ? weighted(logits, y, positiveWeights) : tf.sub(tf.softplus(logits), tf.mul(logits, y))
  // where, not a product: an ignored cell is not merely weighted by nought.
  const kept = tf.where(tf.equal(targets, IGNORED), tf.zerosLike(cells), cells)
  return tf.div(tf.sum(kept), tf.maximum(tf.sum(counted), 1))
}

function weighted(logits: tf.Tensor, y: tf.Tensor, weights: readonly number[]): tf.Tensor {
  const log = tf.add(tf.mul(y, tf.sub(tf.tensor1d([...weights]), 1)), 1)
  return tf.add(tf.mul(tf.sub(1, y), logits), tf.mul(log, tf.softplus(tf.neg(logits))))
}

/**
 * Negatives / positives of each label, ignored cells left out, within 1/20 and 20.
 * @param targets [n, 14] of 0, 1 or IGNORED
 */
export function positiveWeights(targets: Uint8Array): number[] {
  return LABELS.map((_, label) => {
    const counts = [0, 0]
    for (let i = label; i < targets.length; i += LABELS.length) if (targets[i] !== IGNORED) counts[targets[i]!]! += 1
    const [negatives = 0, positives = 0] = counts
    if (!negatives && !positives) return 1
    return Math.min(LARGEST_WEIGHT, Math.max(1 / LARGEST_WEIGHT, negatives / positives))
  })
}
