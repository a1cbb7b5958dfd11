/** Op definitions by name, read once; arranges inputs and attributes by them. */
import { CodedError } from '#shared/errors.ts'
import type { AttrJs, NativeAttribute, NativeGraph, NativeInput } from './addon.ts'
import { AttrType, DType, type DTypeName } from './dtypes.ts'
import { type ArgDef, type OpDef, parseOpDef } from './opdef.ts'

/** Attribute by name; the kind comes from the op definition, so a type is a name such as `float32`, a shape an array. */
export type RawAttributes = Readonly<Record<string, AttrJs>>

export class OpLibrary {
  readonly #graph: NativeGraph
  readonly #defs = new Map<string, OpDef>()

  /** @param graph any graph: it knows every op that the library registers */
  constructor(graph: NativeGraph) {
    this.#graph = graph
  }

  get(op: string): OpDef {
    let def = this.#defs.get(op)
    if (!def) this.#defs.set(op, (def = this.#read(op)))
    return def
  }

  #read(op: string): OpDef {
    try {
      return parseOpDef(this.#graph.opDef(op))
    } catch (cause) {
      throw new CodedError('OP_UNKNOWN', `The loaded TensorFlow has no op ${op}.`, { cause })
    }
  }

  /** Typed attributes from plain values. */
  attributes(op: string, values: RawAttributes): NativeAttribute[] {
    const def = this.get(op)
    return Object.entries(values).map(([name, value]) => {
      const kind = def.attrs.get(name)
      if (!kind) throw new CodedError('OP_INVALID', `${op} has no attribute ${name}; it has ${[...def.attrs.keys()].join(', ')}.`)
      const element = kind.replace(/^list\((.*)\)$/, '$1')
      if (!(element in AttrType)) throw new CodedError('OP_INVALID', `Attribute ${name} of ${op} is a ${kind}, which cannot be set here.`)
      return { name, type: AttrType[element as keyof typeof AttrType], value: element === 'type' ? typeNumbers(value) : value }
    })
  }

  /**
   * Kernels of TensorFlow.js pass the tensors of list arguments one after another; a graph wants them as lists.
   * Inputs that are arrays already are left as they are.
   */
  arrange(op: string, attributes: readonly NativeAttribute[], inputs: readonly NativeInput[]): NativeInput[] {
    const { inputs: args } = this.get(op)
    if (inputs.some(Array.isArray) || args.every((arg) => !isList(arg))) return [...inputs]
    const flat = inputs as readonly number[]
    const lengths = args.map((arg) => (isList(arg) ? listLength(arg, attributes) : 1))
    const known = lengths.reduce<number>((sum, n) => sum + (n ?? 0), 0)
    if (lengths.filter((n) => n === undefined).length > 1) {
      throw new CodedError('OP_INVALID', `${op} has several lists of unknown length: pass arrays.`)
    }
    let at = 0
    return args.map((arg, i) => {
      const length = lengths[i] ?? flat.length - known
      const ids = flat.slice(at, (at += length))
      return isList(arg) ? ids : ids[0]!
    })
  }

  /** How many tensors the op returns, from its attributes and the lengths of its list inputs. */
  outputCount(op: string, attributes: readonly NativeAttribute[], inputs: readonly NativeInput[]): number {
    const def = this.get(op)
    return def.outputs.reduce((sum, arg) => {
      if (!isList(arg)) return sum + 1
      const length = listLength(arg, attributes) ?? inputListLength(def, arg, inputs)
      if (length === undefined) throw new CodedError('OP_INVALID', `${op} needs the attribute ${arg.numberAttr ?? arg.typeListAttr}.`)
      return sum + length
    }, 0)
  }
}

const isList = (arg: ArgDef): boolean => arg.numberAttr !== undefined || arg.typeListAttr !== undefined

function listLength(arg: ArgDef, attributes: readonly NativeAttribute[]): number | undefined {
  const value = attributes.find((a) => a.name === (arg.numberAttr ?? arg.typeListAttr))?.value
  if (Array.isArray(value)) return value.length
  return typeof value === 'number' ? value : undefined
}

/** An output list often has the length of an input list that shares its attribute. */
function inputListLength(def: OpDef, output: ArgDef, inputs: readonly NativeInput[]): number | undefined {
  const index = def.inputs.findIndex((arg) => isList(arg) && (arg.numberAttr ?? arg.typeListAttr) === (output.numberAttr ?? output.typeListAttr))
  const list = inputs[index]
  return Array.isArray(list) ? list.length : undefined
}

function typeNumbers(value: AttrJs): AttrJs {
  if (Array.isArray(value)) return value.map(typeNumbers)
  return typeof value === 'string' ? DType[value as DTypeName] : value
}
