import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/**
 * The part of onnx.proto3 (ONNX IR version 8) that a network of ours needs, written with the bare protobuf wire writer.
 * Field numbers stand beside each write; see onnx/onnx.proto of the ONNX project.
 */
export type ElementType = 'float32' | 'uint8' | 'int64'

export interface OnnxTensor {
  name: string
  type: ElementType
  dims: readonly number[]
  /** Little-endian, row-major. */
  data: Uint8Array
}

export type Attribute = number | string | readonly number[]

export interface OnnxNode {
  op: string
  name: string
  inputs: readonly string[]
  outputs: readonly string[]
  /** Whole numbers and lists of them; a number with a fraction, like an epsilon, is written as FLOAT. */
  attributes: Readonly<Record<string, Attribute>>
}

/** A graph input or output; a dimension given as text is a free one of that name. */
export interface OnnxValue {
  name: string
  type: ElementType
  dims: readonly (number | string)[]
}

export interface OnnxModel {
  opset: number
  producer: string
  metadata: Readonly<Record<string, string>>
  graph: {
    name: string
    nodes: readonly OnnxNode[]
    initializers: readonly OnnxTensor[]
    inputs: readonly OnnxValue[]
    outputs: readonly OnnxValue[]
  }
}

/** TensorProto.DataType */
const DATA_TYPE: Record<ElementType, number> = { float32: 1, uint8: 2, int64: 7 }
const IR_VERSION = 8

/** A message in a field: length first, so it is written into a fork. */
function message(w: BinaryWriter, field: number, write: () => void): void {
  w.tag(field, WireType.LengthDelimited).fork()
  write()
  w.join()
}

const text = (w: BinaryWriter, field: number, value: string) => w.tag(field, WireType.LengthDelimited).string(value)
const whole = (w: BinaryWriter, field: number, value: number) => w.tag(field, WireType.Varint).int64(value)

function writeAttribute(w: BinaryWriter, name: string, value: Attribute): void {
  text(w, 1, name)
  if (typeof value === 'string') {
    w.tag(4, WireType.LengthDelimited).string(value) // s
    whole(w, 20, 3) // type STRING
  } else if (typeof value !== 'number') {
    for (const item of value) whole(w, 8, item) // ints
    whole(w, 20, 7) // INTS
  } else if (Number.isInteger(value)) {
    whole(w, 3, value) // i
    whole(w, 20, 2) // INT
  } else {
    w.tag(2, WireType.Bit32).float(value) // f
    whole(w, 20, 1) // FLOAT
  }
}

function writeNode(w: BinaryWriter, node: OnnxNode): void {
  for (const input of node.inputs) text(w, 1, input)
  for (const output of node.outputs) text(w, 2, output)
  text(w, 3, node.name)
  text(w, 4, node.op)
  for (const [name, value] of Object.entries(node.attributes)) message(w, 5, () => writeAttribute(w, name, value))
}

function writeTensor(w: BinaryWriter, tensor: OnnxTensor): void {
  for (const dim of tensor.dims) whole(w, 1, dim)
  whole(w, 2, DATA_TYPE[tensor.type])
  text(w, 8, tensor.name)
  w.tag(9, WireType.LengthDelimited).bytes(tensor.data) // raw_data
}

/** ValueInfoProto { name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 | dim_param 2 } } } } } */
function writeValue(w: BinaryWriter, value: OnnxValue): void {
  const writeDim = (dim: number | string) => (typeof dim === 'number' ? whole(w, 1, dim) : text(w, 2, dim))
  text(w, 1, value.name)
  message(w, 2, () =>
    message(w, 1, () => {
      whole(w, 1, DATA_TYPE[value.type])
      message(w, 2, () => value.dims.forEach((dim) => message(w, 1, () => writeDim(dim))))
    }),
  )
}

function writeGraph(w: BinaryWriter, graph: OnnxModel['graph']): void {
  for (const node of graph.nodes) message(w, 1, () => writeNode(w, node))
  text(w, 2, graph.name)
  for (const tensor of graph.initializers) message(w, 5, () => writeTensor(w, tensor))
  for (const value of graph.inputs) message(w, 11, () => writeValue(w, value))
  for (const value of graph.outputs) message(w, 12, () => writeValue(w, value))
}

/** The bytes of a `.onnx` file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const w = new BinaryWriter()
  whole(w, 1, IR_VERSION)
  text(w, 2, model.producer)
  message(w, 7, () => writeGraph(w, model.graph))
  message(w, 8, () => whole(w, 2, model.opset)) // opset_import { version 2 } of the default domain
  for (const [key, value] of Object.entries(model.metadata)) {
    message(w, 14, () => {
      text(w, 1, key)
      text(w, 2, value)
    })
  }
  return w.finish()
}
