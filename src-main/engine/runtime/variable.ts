/**
 * State that lives in TensorFlow and is updated in place, eagerly or within a compiled step. Meant for flat state: all
 * parameters (or moments, or statistics) in one variable, cut apart by `splitFlat`. Within a trace reads and writes keep
 * their program order (see ordering.ts).
 */
import type * as tf from '@tensorflow/tfjs'
import { CodedError } from '#shared/errors.ts'
import { dtypeName } from './dtypes.ts'
import { rawExecute, rawOp1 } from './raw-op.ts'
import { dtypeNumber, openBinding } from './tfjs.ts'

let variables = 0

export class ResourceVariable {
  readonly shape: readonly number[]
  readonly dtype: 'float32' | 'int32' | 'bool'
  readonly name: string
  /** Id of the resource, an input of raw ops. */
  readonly id: number

  /** @param initial stays the caller's; its shape and type become the variable's */
  constructor(initial: tf.Tensor, name = 'variable') {
    const binding = openBinding()
    if (binding.trace) throw new CodedError('TRACE_VARIABLE', `The variable ${name} was created inside a compiled step.`, { remedy: 'Create it before.' })
    this.shape = [...initial.shape]
    this.dtype = initial.dtype as 'float32'
    this.name = name
    const spec = { dtype: this.dtype, shape: [...this.shape] }
    this.id = rawExecute('VarHandleOp', { ...spec, shared_name: `${name}_${variables++}`, container: '' }, [])[0]!.id
    binding.resources.set(this.id, { dtype: dtypeNumber(this.dtype), shape: this.shape })
    this.assign(initial)
  }

  read<T extends tf.Tensor = tf.Tensor>(): T {
    return rawOp1<T>('ReadVariableOp', { dtype: this.dtype }, [this.id])
  }

  assign(value: tf.Tensor): void {
    this.#write('AssignVariableOp', value)
  }

  assignAdd(value: tf.Tensor): void {
    this.#write('AssignAddVariableOp', value)
  }

  assignSub(value: tf.Tensor): void {
    this.#write('AssignSubVariableOp', value)
  }

  #write(op: string, value: tf.Tensor): void {
    this.check(value)
    rawExecute(op, {}, [this.id, value])
  }

  /** @throws CodedError SHAPE_MISMATCH */
  check(value: tf.Tensor): void {
    if (value.dtype !== this.dtype || String(value.shape) !== String(this.shape)) {
      throw new CodedError('SHAPE_MISMATCH', `${this.name} is ${this.dtype}[${this.shape}], but was given ${value.dtype}[${value.shape}].`)
    }
  }

  /** Frees the value. Compiled steps that use it fail from then on. */
  dispose(): void {
    const binding = openBinding()
    if (!binding.resources.delete(this.id)) return
    rawExecute('DestroyResourceOp', { ignore_lookup_error: true }, [this.id])
    binding.deleteTensor(this.id)
  }

  toString(): string {
    return `${this.name}: ${dtypeName(dtypeNumber(this.dtype))}[${this.shape}]`
  }
}

export interface AdamStep {
  variable: ResourceVariable
  /** First and second moments, of the variable's shape. */
  m: ResourceVariable
  v: ResourceVariable
  gradient: tf.Tensor
  lr: tf.Scalar
  beta1: tf.Scalar
  beta2: tf.Scalar
  /** beta1^t and beta2^t with t counted from 1, for the bias correction. */
  beta1Power: tf.Scalar
  beta2Power: tf.Scalar
  /**
   * TensorFlow adds it to sqrt(v) before the bias correction of v, PyTorch after: for PyTorch's AdamW pass
   * epsilon * sqrt(1 - beta2^t).
   */
  epsilon: tf.Scalar
}

/** One Adam update in place: p -= lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon), in one pass over memory. */
export function applyAdam(step: AdamStep): void {
  const { variable, m, v, gradient } = step
  variable.check(gradient)
  const state = [variable, m, v].map((x) => x.id)
  rawExecute('ResourceApplyAdam', {}, [
    ...state, step.beta1Power, step.beta2Power, step.lr, step.beta1, step.beta2, step.epsilon, gradient,
  ])
}
