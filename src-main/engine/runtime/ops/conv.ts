/**
 * Convolution with PyTorch's symmetric padding, never by `padding: EXPLICIT`: the gradient of that is not rewritten to
 * oneDNN (1.25 times the time in fp32, 10 times in bf16).
 */
import * as tf from '@tensorflow/tfjs'
import { rawOp1 } from '../raw-op.ts'
import { openBinding } from '../tfjs.ts'
import { bf16Conv2d } from './bf16-conv.ts'

/**
 * @param x [n, h, w, in]
 * @param kernel [k, k, in, out], k odd; the padding is (k - 1) / 2 on each side
 */
export function conv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: 1 | 2 = 1): tf.Tensor4D {
  if (stride === 1) return convolve(x, kernel, 1, 'same')
  // At stride 2 SAME would pad the bottom and right only.
  return convolve(zeroPad(x, (kernel.shape[0] - 1) / 2), kernel, stride, 'valid')
}

const convolve = (x: tf.Tensor4D, kernel: tf.Tensor4D, stride: 1 | 2, padding: 'same' | 'valid'): tf.Tensor4D =>
  openBinding().trace?.castsConvolutions ? bf16Conv2d(x, kernel, { stride, padding }) : tf.conv2d(x, kernel, stride, padding)

/** `margin` rows and columns of zeros around each image, [n, h, w, c]. */
export function zeroPad(x: tf.Tensor4D, margin: number): tf.Tensor4D {
  return margin > 0 ? padded(margin)(x) : x
}

const padded = (margin: number): ((x: tf.Tensor4D) => tf.Tensor4D) =>
  tf.customGrad((x) => {
    const paddings = tf.tensor2d([0, 0, margin, margin, margin, margin, 0, 0], [4, 2], 'int32')
    return {
      value: rawOp1<tf.Tensor4D>('Pad', {}, [x as tf.Tensor, paddings]),
      gradFunc: (dy: tf.Tensor) => tf.slice(dy, [0, margin, margin, 0], (x as tf.Tensor4D).shape),
    }
  }) as (x: tf.Tensor4D) => tf.Tensor4D
