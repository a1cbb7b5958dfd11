import * as tf from '@tensorflow/tfjs'

/** So that a gradient of nought is not divided by; as PyTorch has it. */
const EPSILON = 1e-6

/**
 * Gradients whose 2-norm, taken over all of them together, is at most `most`: PyTorch's `clip_grad_norm_`, times min(1, most / (norm + 1e-6)).
 * A norm that is not finite makes them all so, and the loss of the next step ends the run.
 */
export function clipByGlobalNorm(gradients: readonly tf.Tensor1D[], most: number): tf.Tensor1D[] {
  const norm = tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))))
  const scale = tf.minimum(1, tf.div(most, tf.add(norm, EPSILON)))
  return gradients.map((gradient) => tf.mul(gradient, scale))
}
