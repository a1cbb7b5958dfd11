import * as tf from '@tensorflow/tfjs'
import { rawOp1 } from '../raw-op.ts'

/** ReLU whose gradient is TensorFlow's ReluGrad; that of tf.relu is a step, a cast and a product. */
export const relu = tf.customGrad((x, save) => {
  const y = tf.relu(x as tf.Tensor)
  ;(save as tf.GradSaveFunc)([y])
  return { value: y, gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => rawOp1('ReluGrad', {}, [dy, saved!]) }
}) as <T extends tf.Tensor>(x: T) => T
