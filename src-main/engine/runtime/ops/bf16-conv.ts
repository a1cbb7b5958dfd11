/**
 * Convolution in bfloat16 by casts, for CUDA: TensorFlow rewrites graphs to bfloat16 for CPUs only. Operands are rounded, sums are float32 on
 * the tensor cores; what lies between convolutions stays float32, and so needs no scaling of the loss.
 */
import * as tf from '@tensorflow/tfjs'
import { CodedError } from '#shared/errors.ts'
import { rawExecute, rawOp1, type RawInput } from '../raw-op.ts'
import { openBinding } from '../tfjs.ts'

/** Of Conv2D and of its gradients. */
interface Window {
  stride: 1 | 2
  padding: 'same' | 'valid'
}

/** Id of a tensor rounded to bfloat16: TensorFlow.js has no such type, so it stays a symbol of the trace. */
const rounded = (x: tf.Tensor): number => rawExecute('Cast', { DstT: 'bfloat16' }, [x])[0]!.id

const widened = <T extends tf.Tensor>(id: number): T => rawOp1<T>('Cast', { DstT: 'float32' }, [id])

/**
 * Within a compiled step.
 * @param x float32 [n, h, w, in]
 * @param kernel float32 [k, k, in, out]
 * @throws CodedError BF16_EAGER outside one
 */
export function bf16Conv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, { stride, padding }: Window): tf.Tensor4D {
  if (!openBinding().trace) throw new CodedError('BF16_EAGER', 'A convolution in bfloat16 was called outside a compiled step.')
  const attributes = { strides: [1, stride, stride, 1], padding: padding.toUpperCase(), data_format: 'NHWC' }
  const conv = (op: string, inputs: readonly RawInput[]): number => rawExecute(op, attributes, inputs)[0]!.id
  const shapeOf = (t: tf.Tensor): tf.Tensor1D => tf.tensor1d(t.shape, 'int32')
  const differentiable = tf.customGrad((...operands) => {
    const [image, weight] = operands as unknown as [tf.Tensor4D, tf.Tensor4D]
    // Rounded once: the gradients take what the forward pass took, at half the memory.
    const [a, w] = [rounded(image), rounded(weight)]
    const gradFunc = (dy: tf.Tensor): tf.Tensor[] => {
      const d = rounded(dy)
      return [widened(conv('Conv2DBackpropInput', [shapeOf(image), w, d])), widened(conv('Conv2DBackpropFilter', [a, shapeOf(weight), d]))]
    }
    return { value: widened<tf.Tensor4D>(conv('Conv2D', [a, w])), gradFunc }
  })
  return differentiable(x, kernel) as tf.Tensor4D
}
