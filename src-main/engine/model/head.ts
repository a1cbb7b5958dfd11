import * as tf from '@tensorflow/tfjs'
import type { Head } from '#shared/domain/run.ts'
import { PATIENT_FEATURES } from '../data/patient.ts'
import { linear, norm, type Entry } from './entries.ts'
import type { Scope } from './layers.ts'
import { batchNorm1d } from './norm.ts'

/** Channels of the hidden layer of fastai's head. */
const HIDDEN = 512

export interface HeadShape {
  head: Head
  /** Name of timm's linear classifier: `classifier` or `fc`. */
  classifier: string
  /** Age and sex go in beside the film's features. */
  metadata?: boolean
}

/** Weights of age and sex: the columns that concatenation adds to the first linear layer, apart, so that its own keep timm's name and shape. */
export const METADATA_WEIGHT = 'head.metadata.weight'

export function headEntries({ head, classifier, metadata }: HeadShape, features: number, labels: number): Entry[] {
  const own = filmEntries(head, classifier, features, labels)
  return metadata ? [...own, ...linear('head.metadata', PATIENT_FEATURES.length, head === 'linear' ? labels : HIDDEN, false)] : own
}

function filmEntries(head: Head, classifier: string, features: number, labels: number): Entry[] {
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
 * Age and sex are concatenated to what enters the first linear layer, after its norm and dropout: neither suits numbers that are mostly 0 and 1.
 * @param features [n, h, w, c]
 * @param metadata [n, 5] as `encodePatients` writes them
 * @returns logits [n, labels]
 */
export function headForward({ head, classifier, metadata: knows }: HeadShape, features: tf.Tensor4D, scope: Scope, metadata?: tf.Tensor2D): tf.Tensor2D {
  if (knows && !metadata) throw new RangeError('a network that knows the patient was given the film alone')
  const told = (x: tf.Tensor2D): tf.Tensor2D => (knows ? tf.add(x, dense(metadata!, 'head.metadata', scope)) : x)
  const average = tf.mean(features, [1, 2]) as tf.Tensor2D
  if (head === 'linear') return tf.add(told(dense(average, classifier, scope)), scope.get(`${classifier}.bias`))
  const pooled = tf.concat([tf.max(features, [1, 2]) as tf.Tensor2D, average], 1)
  const first = dropout(batchNorm1d(pooled, 'head.norm1', scope), 0.25, 'head.dropout1', scope)
  const hidden = batchNorm1d(tf.relu(told(dense(first, 'head.linear1', scope))), 'head.norm2', scope)
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
