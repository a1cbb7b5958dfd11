import { encodeModel, type Attribute, type ElementType, type OnnxNode, type OnnxTensor, type OnnxValue } from './proto.ts'

/** Name of a value in the graph. */
export type Value = string

/** A trained array under the name of its checkpoint key. */
export interface Weight {
  shape: readonly number[]
  data: Float32Array
}

const OPSET = 17

const bytes = (array: Float32Array | BigInt64Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/** Collects nodes in the order they are called: each operation answers the name of its result. NCHW throughout. */
export class OnnxGraph {
  readonly #nodes: OnnxNode[] = []
  readonly #initializers = new Map<string, OnnxTensor>()
  readonly #inputs: OnnxValue[] = []
  readonly #outputs: OnnxValue[] = []

  input(name: string, type: ElementType, dims: (number | string)[]): Value {
    this.#inputs.push({ name, type, dims })
    return name
  }

  /** Gives `value` its public name. */
  output(name: string, value: Value, dims: (number | string)[]): void {
    this.#nodes.push({ op: 'Identity', name: `${name}/output`, inputs: [value], outputs: [name], attributes: {} })
    this.#outputs.push({ name, type: 'float32', dims })
  }

  weight(name: string, { shape, data }: Weight): Value {
    if (!this.#initializers.has(name)) this.#initializers.set(name, { name, type: 'float32', dims: shape, data: bytes(data) })
    return name
  }

  integers(name: string, values: number[]): Value {
    const data = bytes(BigInt64Array.from(values, BigInt))
    this.#initializers.set(name, { name, type: 'int64', dims: [values.length], data })
    return name
  }

  node(op: string, name: string, inputs: Value[], attributes: Record<string, Attribute> = {}): Value {
    this.#nodes.push({ op, name, inputs, outputs: [name], attributes })
    return name
  }

  encode(name: string, metadata: Record<string, string>): Uint8Array {
    return encodeModel({
      opset: OPSET,
      producer: 'xclassifier-desktop',
      metadata,
      graph: { name, nodes: this.#nodes, initializers: [...this.#initializers.values()], inputs: this.#inputs, outputs: this.#outputs },
    })
  }
}
