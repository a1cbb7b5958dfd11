import * as tf from '@tensorflow/tfjs'
import { architecture, type Architecture } from '../../model/architecture.ts'
import { conv } from '../../model/entries.ts'
import { headEntries, headForward, type HeadShape } from '../../model/head.ts'
import { conv2d } from '../../model/layers.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { keepInStep } from '../../runtime/compile.ts'

const FEATURES = 8

/** One convolution and a linear head: traced in a moment, and without batch norm, so that the images of a batch know nothing of one another. */
export function tinyNetwork({ metadata = false } = {}): Architecture {
  const head: HeadShape = { head: 'linear', classifier: 'fc', metadata }
  const seen = (['mean', 'variance'] as const).map((role) => ({ name: `seen.running_${role === 'mean' ? 'mean' : 'var'}`, role, shape: [FEATURES] }))
  return {
    ...architecture({ model: 'resnet18', head: 'linear' }),
    entries: [...conv('conv', 3, FEATURES, 3), ...seen, ...headEntries(head, FEATURES, LABELS.length)],
    features: FEATURES,
    group: (name) => (name.startsWith('fc.') ? 2 : 0),
    body: (x, scope) => {
      const y = conv2d(x, 'conv', scope)
      const { mean, variance } = tf.moments(y, [0, 1, 2])
      scope.observe?.('seen', keepInStep(mean as tf.Tensor1D), keepInStep(variance as tf.Tensor1D))
      return tf.relu(y)
    },
    top: (features, scope, patients) => headForward(head, features, scope, patients),
  }
}
