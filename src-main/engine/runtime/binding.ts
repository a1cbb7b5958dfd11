/**
 * The binding that the kernels of `@tensorflow/tfjs-node-gpu` call, over our own addon. Outside a trace an op runs at
 * once; inside one it becomes a node of the graph, and reading a value is an error.
 */
import type { TensorMetadata, TFEOpAttr, TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js'
import { CodedError } from '#shared/errors.ts'
import type { NativeAddon, NativeAttribute, NativeContext, NativeInput, OutputMetadata, TensorValues } from './addon.ts'
import { AttrType, DType } from './dtypes.ts'
import { OpLibrary } from './op-library.ts'
import { asCodedError } from './status.ts'
import { isSymbol, type ResourceSpec, Trace } from './trace.ts'

class Metadata implements TensorMetadata {
  declare id: number
  declare shape: number[]
  declare dtype: number
}

class OpAttr implements TFEOpAttr {
  declare name: string
  declare type: number
  declare value: TFEOpAttr['value']
}

const unsupported = (what: string) => (): never => {
  throw new CodedError('UNSUPPORTED', `${what} is not part of this runtime.`)
}

export type Bf16By = 'rewriter' | 'casts'

export interface BindingOptions {
  addon: NativeAddon
  context: NativeContext
  version: string
  isGpu: boolean
  /** Our own ops of batch normalisation are there. */
  hasNormKernels: boolean
  /** What makes a step's convolutions bfloat16: grappler, which does it for CPUs only, or casts in the graph. */
  bf16By: Bf16By
  /** ConfigProto of the context, which each function needs again for grappler to see it; with bfloat16 or without, or as the runtime was opened. */
  config: (bf16: boolean | undefined) => Uint8Array
  /** Full name of the device; asked at each trace, since enabling collectives renames it. */
  device: () => string
}

export class Binding implements TFJSBinding {
  readonly TensorMetadata = Metadata
  readonly TFEOpAttr = OpAttr
  readonly TF_FLOAT = DType.float32
  readonly TF_INT32 = DType.int32
  readonly TF_INT64 = DType.int64
  readonly TF_BOOL = DType.bool
  readonly TF_COMPLEX64 = DType.complex64
  readonly TF_STRING = DType.string
  readonly TF_RESOURCE = DType.resource
  readonly TF_UINT8 = DType.uint8
  readonly TF_ATTR_STRING = AttrType.string
  readonly TF_ATTR_INT = AttrType.int
  readonly TF_ATTR_FLOAT = AttrType.float
  readonly TF_ATTR_BOOL = AttrType.bool
  readonly TF_ATTR_TYPE = AttrType.type
  readonly TF_ATTR_SHAPE = AttrType.shape
  readonly TF_ATTR_RESOURCE = -1
  readonly TF_Version: string

  readonly context: NativeContext
  readonly ops: OpLibrary
  /** What is behind each resource tensor, by its id. */
  readonly resources = new Map<number, ResourceSpec>()
  readonly #options: BindingOptions
  #trace: Trace | undefined

  constructor(options: BindingOptions) {
    this.#options = options
    this.context = options.context
    this.TF_Version = options.version
    this.ops = new OpLibrary(new options.addon.Graph(options.context))
  }

  get hasNormKernels(): boolean {
    return this.#options.hasNormKernels
  }

  get trace(): Trace | undefined {
    return this.#trace
  }

  /** Runs `body` with every op going to a new trace. */
  tracing<T>(body: (trace: Trace) => T, bf16 = false): T {
    if (this.#trace) throw new CodedError('TRACE_NESTED', 'A compiled step was called while another is being traced.', { remedy: 'Call the plain function instead.' })
    const { addon, context, device, bf16By } = this.#options
    const trace = new Trace({ context, ops: this.ops, resources: this.resources, device: device(), castsConvolutions: bf16 && bf16By === 'casts' }, new addon.Graph(context))
    this.#trace = trace
    try {
      return body(trace)
    } catch (error) {
      trace.release()
      throw error
    } finally {
      this.#trace = undefined
    }
  }

  createTensor(shape: readonly number[], dtype: number, values: unknown): number {
    try {
      return this.context.createTensor(shape, dtype, values as TensorValues)
    } catch (error) {
      throw asCodedError(error, 'createTensor', [{ dtype, shape }])
    }
  }

  deleteTensor(id: number): void {
    if (isSymbol(id)) this.#trace?.forget(id)
    else this.context.deleteTensor(id)
  }

  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array {
    if (isSymbol(id)) {
      throw new CodedError('TRACE_READ', 'A value was read inside a compiled step, where tensors have no values yet.', {
        remedy: 'Return the tensor from the step and read it outside; replace conditions on values by tf.where.',
      })
    }
    return this.context.tensorData(id) as Float32Array
  }

  executeOp(op: string, attributes: TFEOpAttr[], inputs: NativeInput[], outputs: number): OutputMetadata[] {
    if (this.#trace) return this.#trace.add(op, attributes as NativeAttribute[], inputs, outputs)
    try {
      return this.context.execute(op, attributes as NativeAttribute[], inputs, outputs)
    } catch (error) {
      throw asCodedError(error, op, this.describe(inputs))
    }
  }

  /** Runs a function that a trace added to the context, off the event loop. */
  runFunction(name: string, inputs: number[], outputs: number, bf16?: boolean): Promise<OutputMetadata[]> {
    const attributes = [{ name: 'config_proto', type: AttrType.string, value: this.#options.config(bf16) }]
    return this.context.executeAsync(name, attributes, inputs, outputs)
  }

  /** Data types and shapes of inputs, for messages. */
  describe(inputs: readonly NativeInput[]): { dtype: number; shape: readonly number[] | null }[] {
    return inputs.flat().map((id) => (isSymbol(id) ? { dtype: 0, shape: null } : this.context.tensorInfo(id)))
  }

  isUsingGpuDevice(): boolean {
    return this.#options.isGpu
  }

  getNumOfTensors(): number {
    return this.context.memory().tensors
  }

  getNumOfSavedModels(): number {
    return 0
  }

  readonly loadSavedModel = unsupported('SavedModel')
  readonly deleteSavedModel = unsupported('SavedModel')
  readonly runSavedModel = unsupported('SavedModel')
}
