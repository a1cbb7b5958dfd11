/** One trace: TensorFlow.js runs as usual, but every op becomes a node of a graph and every tensor a symbol. */
import { CodedError } from '#shared/errors.ts'
import type { GraphNode, GraphOutput, NativeAttribute, NativeContext, NativeGraph, NativeInput, OutputMetadata } from './addon.ts'
import { AttrType, DType } from './dtypes.ts'
import type { OpLibrary } from './op-library.ts'
import { isCollective, Ordering } from './ordering.ts'
import { asCodedError } from './status.ts'

/** Ids of symbols start here; the ids of real tensors never reach it. */
const FIRST_SYMBOL = 2 ** 40
let nextSymbol = FIRST_SYMBOL

export const isSymbol = (id: number): boolean => id >= FIRST_SYMBOL

/** Larger tensors that exist before the trace become inputs of the function instead of constants in its graph. */
const MAX_CONSTANT_ELEMENTS = 1000

export interface ResourceSpec {
  dtype: number
  shape: readonly number[]
}

/** Outputs whose size is the kernel's own business (cuDNN's work space); only the op's gradient takes them. */
const OPAQUE: Record<string, number> = { FusedBatchNormV3: 5 }

interface Symbol {
  output: GraphOutput
  dtype: number
  shape: number[]
}

export interface TraceEnvironment {
  context: NativeContext
  ops: OpLibrary
  /** What is behind each resource tensor, by its id. */
  resources: ReadonlyMap<number, ResourceSpec>
  /** Full name of this process's device; collectives need it spelled out. */
  device: string
  /** Convolutions take their operands in bfloat16. */
  castsConvolutions: boolean
}

export class Trace {
  readonly #env: TraceEnvironment
  readonly #graph: NativeGraph
  readonly #symbols = new Map<number, Symbol>()
  /** Real tensors used in the trace, by id. */
  readonly #captured = new Map<number, GraphOutput>()
  readonly #inputs: GraphOutput[] = []
  /** Retained ids of the tensors that the function takes besides its arguments. */
  readonly captures: number[] = []
  readonly #captureInputs: GraphOutput[] = []
  /** Tensors of TensorFlow.js that outlive its scopes, until the trace ends. */
  readonly kept: { dispose(): void }[] = []
  readonly #ordering = new Ordering()
  #nodes = 0

  constructor(env: TraceEnvironment, graph: NativeGraph) {
    this.#env = env
    this.#graph = graph
  }

  get castsConvolutions(): boolean {
    return this.#env.castsConvolutions
  }

  /** A new argument of the function. */
  argument(dtype: number, shape: number[]): OutputMetadata {
    const output: GraphOutput = [this.#placeholder(dtype, shape).node, 0]
    this.#inputs.push(output)
    return this.#symbol(output, dtype, shape)
  }

  forget(id: number): void {
    this.#symbols.delete(id)
  }

  add(op: string, attributes: NativeAttribute[], inputs: readonly NativeInput[], outputs: number): OutputMetadata[] {
    const { ops } = this.#env
    const arranged = ops.arrange(op, attributes, inputs)
    const resources = arranged.flat().filter((id) => this.#isResource(id))
    const sources = arranged.map((input) => (Array.isArray(input) ? input.map((id) => this.#source(id)) : this.#source(input)))
    const node = this.#attempt(op, arranged, () =>
      this.#graph.addNode(op, this.#name(op), attributes, sources, this.#ordering.before(op, resources), isCollective(op) ? this.#env.device : ''),
    )
    this.#ordering.after(op, node.node, resources, ops.get(op).stateful)
    return node.outputs.slice(0, outputs).map((output, i) => this.#output(op, arranged, node, i, output))
  }

  /** Adds the function to the context. Its inputs are the arguments, then the captures. */
  finish(functionName: string, results: readonly number[]): void {
    // Through Identity, since a function may return neither an argument as it is nor one tensor twice.
    const outputs = results.map((id): GraphOutput => [this.#graph.addNode('Identity', this.#name('Result'), [], [this.#source(id)], [], '').node, 0])
    this.#graph.finish(functionName, [...this.#inputs, ...this.#captureInputs], outputs, this.#ordering.effects)
  }

  release(): void {
    for (const id of this.captures) this.#env.context.deleteTensor(id)
    this.captures.length = 0
  }

  /** For messages. */
  describe(id: number): { dtype: number; shape: readonly number[] | null } {
    return this.#symbols.get(id) ?? (isSymbol(id) ? { dtype: 0, shape: null } : this.#env.context.tensorInfo(id))
  }

  #output(op: string, inputs: NativeInput[], { node }: GraphNode, index: number, known: { dtype: number; shape: number[] | null }): OutputMetadata {
    const output: GraphOutput = [node, index]
    let { shape } = known
    const resource = op === 'ReadVariableOp' ? this.#env.resources.get(inputs[0] as number) : undefined
    if (!shape && resource) {
      shape = [...resource.shape]
      this.#graph.setShape(output, shape)
    }
    if (!shape && (known.dtype === DType.resource || OPAQUE[op] === index)) shape = []
    if (!shape) {
      const shown = asCodedError(Object.assign(new Error('the shape of its output depends on values'), { status: 3 }), op, inputs.flat().map((id) => this.describe(id)))
      throw new CodedError('TRACE_SHAPE', shown.message, { remedy: 'In a compiled step every shape has to follow from the shapes of the inputs.' })
    }
    return this.#symbol(output, known.dtype, shape)
  }

  #symbol(output: GraphOutput, dtype: number, shape: number[]): OutputMetadata {
    const id = nextSymbol++
    this.#symbols.set(id, { output, dtype, shape })
    return { id, dtype, shape }
  }

  #isResource(id: number): boolean {
    return this.#env.resources.has(id) || this.#symbols.get(id)?.dtype === DType.resource
  }

  #source(id: number): GraphOutput {
    const symbol = this.#symbols.get(id)
    if (symbol) return symbol.output
    if (isSymbol(id)) {
      throw new CodedError('TRACE_ESCAPED', 'A tensor made in one compiled step is used in another or after it.', {
        remedy: 'Return it from the step, and pass it to the other as an input.',
      })
    }
    let output = this.#captured.get(id)
    if (!output) this.#captured.set(id, (output = this.#capture(id)))
    return output
  }

  #capture(id: number): GraphOutput {
    const { shape, dtype } = this.#env.context.tensorInfo(id)
    const elements = shape.reduce((product, n) => product * n, 1)
    // Int32 vectors stay constants whatever their length: shape inference reads them.
    const isConstant = dtype !== DType.resource && (elements <= MAX_CONSTANT_ELEMENTS || (dtype === DType.int32 && shape.length <= 1))
    if (isConstant) return [this.#graph.addConstant(this.#name('Const'), id).node, 0]
    const output: GraphOutput = [this.#placeholder(dtype, shape, this.#env.resources.get(id)).node, 0]
    this.captures.push(this.#env.context.shareTensor(id))
    this.#captureInputs.push(output)
    return output
  }

  #placeholder(dtype: number, shape: number[], resource?: ResourceSpec): GraphNode {
    const attributes: NativeAttribute[] = [
      { name: 'dtype', type: AttrType.type, value: dtype },
      { name: 'shape', type: AttrType.shape, value: shape },
    ]
    if (resource) {
      attributes.push({ name: '_handle_dtypes', type: AttrType.type, value: [resource.dtype] })
      attributes.push({ name: '_handle_shapes', type: AttrType.shape, value: [[...resource.shape]] })
    }
    return this.#graph.addNode('Placeholder', this.#name('Input'), attributes, [], [], '')
  }

  #name(op: string): string {
    return `${op}_${this.#nodes++}`
  }

  #attempt<T>(op: string, inputs: readonly NativeInput[], action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw asCodedError(error, op, inputs.flat().map((id) => this.describe(id)))
    }
  }
}
