import type * as tf from '@tensorflow/tfjs'
import { CodedError } from '#shared/errors.ts'
import { AttrType, DType } from '../dtypes.ts'
import { openBinding, tensorFrom } from '../tfjs.ts'

/** Pixels of 8 or 16 bits as a float32 tensor; the conversion runs in TensorFlow, without a float copy in JavaScript. */
export function fromPixels<T extends tf.Tensor>(pixels: Uint8Array | Uint16Array, shape: number[]): T {
  const binding = openBinding()
  if (binding.trace) throw new CodedError('TRACE_UPLOAD', 'Pixels were uploaded inside a compiled step, where they would freeze into it.')
  const source = pixels instanceof Uint8Array ? DType.uint8 : DType.uint16
  const id = binding.createTensor(shape, source, pixels)
  try {
    const types = { SrcT: source, DstT: DType.float32 }
    const attributes = Object.entries(types).map(([name, value]) => ({ name, type: AttrType.type, value }))
    return tensorFrom(binding.executeOp('Cast', attributes, [id], 1)[0]!) as T
  } finally {
    binding.deleteTensor(id)
  }
}
