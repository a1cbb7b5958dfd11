import * as tf from '@tensorflow/tfjs'
import type { Head } from '#shared/domain/run.ts'
import { linear, norm, type Entry } from './entries.ts'
import type { Scope } from './layers.ts'
import { batchNorm1d } from './norm.ts'

/** Channels of the hidden layer of fastai's head. */
const HIDDEN = 512

/** @param classifier name of timm's linear classifier: `classifier` or `fc` */
export function headEntries(head: Head, classifier: string, features: number, labels: number): Entry[] {
  if (head === 'linear') return linear(classifier, features, labels, true)
  return [
    ...norm('head.norm1', 2 * features),
    ...linear('head.linear1', 2 * features, HIDDEN, false),
    ...norm('head.norm2', HIDDEN),
    ...linear('head.linear2', HIDDEN, labels, false),
  ]
}

/**
 * `linear` (timm): average pool, linear. `concat-pool` (fastai's `create_head`): max and average pool side by side, norm, dropout .25,
 * linear, ReLU, norm, dropout .5, linear.
 * @param features [n, h, w, c]
 * @returns logits [n, labels]
 */
export function headForward(head: Head, classifier: string, features: tf.Tensor4D, scope: Scope): tf.Tensor2D {
  const average = tf.mean(features, [1, 2]) as tf.Tensor2D
  if (head === 'linear') return tf.add(dense(average, classifier, scope), scope.get(`${classifier}.bias`))
  const pooled = tf.concat([tf.max(features, [1, 2]) as tf.Tensor2D, average], 1)
  const first = dropout(batchNorm1d(pooled, 'head.norm1', scope), 0.25, 'head.dropout1', scope)
  const hidden = batchNorm1d(tf.relu(dense(first, 'head.linear1', scope)), 'head.norm2', scope)
  return dense(dropout(hidden, 0.5, 'head.dropout2', scope), 'head.linear2', scope)
}

/** Linear layer without its bias; weights are [outputs, inputs] as in PyTorch. */
function dense(x: tf.Tensor2D, name: string, scope: Scope): tf.Tensor2D {
  return tf.matMul(x, scope.get(`${name}.weight`) as tf.Tensor2D, false, true)
}

function dropout(x: tf.Tensor2D, rate: number, name: string, scope: Scope): tf.Tensor2D {
  if (!scope.training || !scope.uniform) return x
  const kept = tf.cast(tf.greaterEqual(scope.uniform(name, x.shape), rate), 'float32')
  return tf.mul(x, tf.mul(kept, 1 / (1 - rate)))
}
