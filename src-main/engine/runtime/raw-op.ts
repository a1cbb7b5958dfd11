/** Any op of the loaded TensorFlow by its name, on TensorFlow.js tensors, eagerly or in a trace. */
import type * as tf from '@tensorflow/tfjs'
import type { NativeAttribute, NativeInput, OutputMetadata } from './addon.ts'
import type { RawAttributes } from './op-library.ts'
import { openBinding, tensorFrom, tensorIds } from './tfjs.ts'

/** A tensor, a list argument, or the id of a resource. */
export type RawInput = tf.Tensor | readonly tf.Tensor[] | number

/**
 * Runs `op`, e.g. `rawOp('ImageProjectiveTransformV3', { interpolation: 'BILINEAR', fill_mode: 'CONSTANT' }, [x, t, size, fill])`.
 * Attributes are plain values whose kind comes from the op's definition; those that follow from the inputs (`T`, `N`)
 * may be left out. No gradient is defined: wrap it in tf.customGrad where one is needed.
 * @throws CodedError OP_UNKNOWN, OP_INVALID and others that name the op and its input shapes
 */
export function rawOp(op: string, attributes: RawAttributes, inputs: readonly RawInput[]): tf.Tensor[] {
  return rawExecute(op, attributes, inputs).map(tensorFrom)
}

/** As rawOp for an op with one output. */
export function rawOp1<T extends tf.Tensor = tf.Tensor>(op: string, attributes: RawAttributes, inputs: readonly RawInput[]): T {
  return rawOp(op, attributes, inputs)[0] as T
}

/** As rawOp, but returns what the binding says, which for resources is not a tensor of TensorFlow.js. */
export function rawExecute(op: string, attributes: RawAttributes, inputs: readonly RawInput[]): OutputMetadata[] {
  const binding = openBinding()
  const ids: NativeInput[] = inputs.map((input) => (typeof input === 'number' ? input : isList(input) ? tensorIds(input) : tensorIds([input])[0]!))
  const typed: NativeAttribute[] = binding.ops.attributes(op, attributes)
  return binding.executeOp(op, typed as Parameters<typeof binding.executeOp>[1], ids, binding.ops.outputCount(op, typed, ids))
}

const isList = (input: RawInput): input is readonly tf.Tensor[] => Array.isArray(input)
