import * as tf from '@tensorflow/tfjs'

/**
 * Cuts one flat tensor into tensors of the given shapes, in order; its gradient is one concatenation, so that the gradient
 * with respect to the flat tensor comes out flat.
 */
export function splitFlat(flat: tf.Tensor1D, shapes: readonly (readonly number[])[]): tf.Tensor[] {
  // The gradient of a split into one part fails in TensorFlow.js.
  if (shapes.length === 1) return [tf.reshape(flat, [...shapes[0]!])]
  const sizes = shapes.map((shape) => shape.reduce((product, n) => product * n, 1))
  return tf.split(flat, sizes).map((part, i) => tf.reshape(part, [...shapes[i]!]))
}
