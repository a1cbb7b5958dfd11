/** Compiled steps: a function of tensors, traced once per input signature and run as one asynchronous call. */
import * as tf from '@tensorflow/tfjs'
import { CodedError } from '#shared/errors.ts'
import { DType } from './dtypes.ts'
import { asCodedError } from './status.ts'
import { dtypeNumber, openBinding, tensorFrom, tensorIds } from './tfjs.ts'

/** What a step may return. */
export type StepResult = tf.Tensor | readonly tf.Tensor[] | Readonly<Record<string, tf.Tensor>>

export interface TensorSpec {
  shape: readonly number[]
  dtype: tf.DataType
}

export interface CompileOptions {
  /** Shapes and types that the step accepts; others are refused with SHAPE_MISMATCH instead of traced anew. */
  inputs?: readonly TensorSpec[]
  /** Refuse to trace more signatures than this: a shape that changes at every call would trace at every call. Default 8. */
  maxTraces?: number
  /** Convolutions in bfloat16, where the device has them; default: as the runtime was opened. */
  bf16?: boolean
}

export interface CompiledStep<I extends tf.Tensor[], O extends StepResult> {
  /** Runs off the event loop. The caller owns the returned tensors; the inputs may be disposed at once. */
  (...inputs: I): Promise<O>
  readonly traces: number
  /** Frees the functions and the tensors that they captured. */
  dispose(): void
}

interface TracedFunction<O> {
  name: string
  captures: readonly number[]
  outputs: number
  rebuild: (tensors: tf.Tensor[]) => O
  release: () => void
}

let functions = 0

/**
 * Compiles `step`. It is an ordinary function over TensorFlow.js ops, gradients included, with three rules: values
 * cannot be read inside it; what changes from call to call (rates, seeds) has to be an input, because numbers and
 * the random ops of TensorFlow.js freeze into the graph; state lives in resource variables.
 * @throws CodedError SHAPE_MISMATCH, TRACE_READ, TRACE_SHAPE, TOO_MANY_TRACES, or the failing op's
 */
export function compile<I extends tf.Tensor[], O extends StepResult>(
  step: (...inputs: I) => O,
  name: string,
  options: CompileOptions = {},
): CompiledStep<I, O> {
  const traced = new Map<string, TracedFunction<O>>()

  const lookUp = (inputs: I): TracedFunction<O> => {
    checkInputs(name, inputs, options.inputs)
    const key = inputs.map(signature).join(' ')
    let fn = traced.get(key)
    if (!fn) {
      if (traced.size >= (options.maxTraces ?? 8)) {
        throw new CodedError('TOO_MANY_TRACES', `${name} was traced for ${traced.size} input signatures; now it is called with ${key}.`, {
          remedy: 'Pad the inputs to a fixed shape.',
        })
      }
      traced.set(key, (fn = trace(step, name, inputs, options.bf16)))
    }
    return fn
  }

  const run = async (...inputs: I): Promise<O> => execute(lookUp(inputs), name, inputs, options.bf16)
  return Object.defineProperties(run, {
    traces: { get: () => traced.size },
    dispose: {
      value: () => {
        for (const fn of traced.values()) fn.release()
        traced.clear()
      },
    },
  }) as CompiledStep<I, O>
}

async function execute<O>(fn: TracedFunction<O>, name: string, inputs: readonly tf.Tensor[], bf16: boolean | undefined): Promise<O> {
  const binding = openBinding()
  if (binding.trace) throw new CodedError('TRACE_NESTED', `${name} was called while another step is being traced.`)
  const ids = [...tensorIds(inputs), ...fn.captures]
  try {
    const outputs = await binding.runFunction(fn.name, ids, fn.outputs, bf16)
    return fn.rebuild(outputs.map(tensorFrom))
  } catch (error) {
    throw asCodedError(error, name, inputs.map(({ dtype, shape }) => ({ dtype: DType[dtype], shape })))
  }
}

function trace<I extends tf.Tensor[], O extends StepResult>(step: (...inputs: I) => O, name: string, inputs: I, bf16?: boolean): TracedFunction<O> {
  const binding = openBinding()
  const functionName = `${name.replace(/\W/g, '_')}_${functions++}`
  return binding.tracing((graph) => {
    let result: { tensors: tf.Tensor[]; rebuild: TracedFunction<O>['rebuild'] } | undefined
    tf.tidy(() => {
      const symbols = inputs.map((x) => tensorFrom(graph.argument(dtypeNumber(x.dtype), [...x.shape])))
      result = flatten(step(...(symbols as I)), name)
      graph.finish(functionName, tensorIds(result.tensors))
    })
    for (const tensor of graph.kept) tensor.dispose()
    const { tensors, rebuild } = result!
    const captures = graph.captures.slice()
    const release = (): void => {
      graph.release()
      binding.context.removeFunction(functionName)
    }
    return { name: functionName, captures, outputs: tensors.length, rebuild, release }
  }, bf16)
}

/**
 * Keeps a side result (batch statistics, say) alive when the scope of tf.grads or tf.tidy ends, for the rest of the step.
 * Outside a compiled step it is tf.keep: the caller disposes.
 */
export function keepInStep<T extends tf.Tensor>(tensor: T): T {
  openBinding().trace?.kept.push(tensor)
  return tf.keep(tensor)
}

/** The tensors of a result, and how to put others in their places. */
function flatten<O extends StepResult>(result: O, name: string): { tensors: tf.Tensor[]; rebuild: (tensors: tf.Tensor[]) => O } {
  if (result instanceof tf.Tensor) return { tensors: [result], rebuild: ([only]) => only as unknown as O }
  const entries = Object.entries((result ?? {}) as Record<string, tf.Tensor>)
  for (const [key, value] of entries) {
    if (!(value instanceof tf.Tensor)) throw new CodedError('TRACE_RESULT', `${name} returned something that is not a tensor in "${key}".`)
  }
  if (Array.isArray(result)) return { tensors: [...result], rebuild: (tensors) => tensors as unknown as O }
  const keys = entries.map(([key]) => key)
  const rebuild = (tensors: tf.Tensor[]): O => Object.fromEntries(keys.map((key, i) => [key, tensors[i]!])) as unknown as O
  return { tensors: entries.map(([, value]) => value), rebuild }
}

const signature = (spec: TensorSpec): string => `${spec.dtype}[${spec.shape.join(',')}]`

function checkInputs(name: string, inputs: readonly tf.Tensor[], specs: readonly TensorSpec[] | undefined): void {
  inputs.forEach((input, i) => {
    if (!(input instanceof tf.Tensor)) throw new CodedError('SHAPE_MISMATCH', `Input ${i} of ${name} is not a tensor.`, { remedy: 'Pass numbers as tf.scalar.' })
    if (input.isDisposed) throw new CodedError('TENSOR_DISPOSED', `Input ${i} of ${name} was disposed.`)
    if (!(input.dtype in DType)) throw new CodedError('SHAPE_MISMATCH', `Input ${i} of ${name} has data type ${input.dtype}.`)
  })
  if (!specs) return
  const wanted = specs.map(signature)
  const got = inputs.map(signature)
  if (wanted.length !== got.length || wanted.some((s, i) => s !== got[i])) {
    throw new CodedError('SHAPE_MISMATCH', `${name} takes (${wanted.join(', ')}), but was called with (${got.join(', ')}).`)
  }
}
