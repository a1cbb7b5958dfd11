/** Op definitions (OpDef protos) as the loaded library has them: argument lists, attribute kinds, statefulness. */
import { BinaryReader } from '@bufbuild/protobuf/wire'

export interface ArgDef {
  name: string
  /** Attribute that holds the length of a homogeneous list. */
  numberAttr?: string
  /** Attribute that holds the types of a heterogeneous list. */
  typeListAttr?: string
}

export interface OpDef {
  name: string
  inputs: ArgDef[]
  outputs: ArgDef[]
  /** Kind by attribute name: `int`, `float`, `bool`, `type`, `shape`, `string`, or `list(...)` of one. */
  attrs: Map<string, string>
  stateful: boolean
}

export function parseOpDef(bytes: Uint8Array): OpDef {
  const def: OpDef = { name: '', inputs: [], outputs: [], attrs: new Map(), stateful: false }
  readFields(bytes, (field, reader) => {
    if (field === 1) def.name = reader.string()
    else if (field === 2) def.inputs.push(parseArg(reader.bytes()))
    else if (field === 3) def.outputs.push(parseArg(reader.bytes()))
    else if (field === 4) def.attrs.set(...parseAttr(reader.bytes()))
    else if (field === 17) def.stateful = reader.bool()
    else return false
    return true
  })
  return def
}

function parseArg(bytes: Uint8Array): ArgDef {
  const arg: ArgDef = { name: '' }
  readFields(bytes, (field, reader) => {
    if (field === 1) arg.name = reader.string()
    else if (field === 5) arg.numberAttr = reader.string()
    else if (field === 6) arg.typeListAttr = reader.string()
    else return false
    return true
  })
  return arg
}

function parseAttr(bytes: Uint8Array): [name: string, kind: string] {
  const attr: [string, string] = ['', '']
  readFields(bytes, (field, reader) => {
    if (field !== 1 && field !== 2) return false
    attr[field - 1] = reader.string()
    return true
  })
  return attr
}

/** Calls `read` for each field; it returns false for a field that is to be skipped. */
function readFields(bytes: Uint8Array, read: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (!read(field, reader)) reader.skip(wireType)
  }
}
