import { CodedError } from '#shared/errors.ts'
import { IMPLEMENTATION_UID } from '../write/encode.ts'

/** The protocol data units of the DICOM upper layer (PS3.8 section 9.3). */
export type Pdu =
  | ({ type: 'associate-rq' } & AssociateRequest)
  | ({ type: 'associate-ac' } & AssociateAccept)
  | { type: 'associate-rj'; result: number; source: number; reason: number }
  | { type: 'data'; values: DataValue[] }
  | { type: 'release-rq' }
  | { type: 'release-rp' }
  | { type: 'abort'; source: number; reason: number }

export interface AssociateRequest {
  called: string
  calling: string
  contexts: ProposedContext[]
  /** Bytes that the sender takes in one P-DATA-TF after its header; 0: any. */
  maxLength: number
}

export interface ProposedContext {
  /** Odd, 1 to 255. */
  id: number
  abstractSyntax: string
  transferSyntaxes: string[]
}

export interface AssociateAccept {
  called: string
  calling: string
  contexts: AnsweredContext[]
  maxLength: number
}

export interface AnsweredContext {
  id: number
  /** 0 acceptance, 3 abstract syntax not supported, 4 transfer syntaxes not supported (PS3.8 table 9-18). */
  result: number
  /** Significant with acceptance only. */
  transferSyntax: string
}

/** Presentation data value (PS3.8 section 9.3.5.1). */
export interface DataValue {
  context: number
  command: boolean
  last: boolean
  data: Uint8Array
}

const TYPES = { 'associate-rq': 1, 'associate-ac': 2, 'associate-rj': 3, data: 4, 'release-rq': 5, 'release-rp': 6, abort: 7 } as const
const APPLICATION_CONTEXT = '1.2.840.10008.3.1.1.1'
const IMPLEMENTATION_VERSION = 'XCLASSIFIER'

export const invalidPdu = (why: string): CodedError => new CodedError('DICOM_PROTOCOL', `The other side does not keep to the DICOM protocol: ${why}.`)

export function encodePdu(pdu: Pdu): Buffer {
  const body = bodyOf(pdu)
  const header = Buffer.alloc(6)
  header[0] = TYPES[pdu.type]
  header.writeUInt32BE(body.length, 2)
  return Buffer.concat([header, body])
}

function bodyOf(pdu: Pdu): Buffer {
  switch (pdu.type) {
    case 'associate-rq':
      return association(pdu, pdu.contexts.map(({ id, abstractSyntax, transferSyntaxes }) => item(0x20, Buffer.from([id, 0, 0, 0]), text(0x30, abstractSyntax), ...transferSyntaxes.map((uid) => text(0x40, uid)))))
    case 'associate-ac':
      return association(pdu, pdu.contexts.map(({ id, result, transferSyntax }) => item(0x21, Buffer.from([id, 0, result, 0]), text(0x40, transferSyntax))))
    case 'associate-rj':
      return Buffer.from([0, pdu.result, pdu.source, pdu.reason])
    case 'data':
      return Buffer.concat(pdu.values.flatMap(({ context, command, last, data }) => [valueHeader(context, command, last, data.length), data]))
    case 'abort':
      return Buffer.from([0, 0, pdu.source, pdu.reason])
    default:
      return Buffer.alloc(4)
  }
}

function valueHeader(context: number, command: boolean, last: boolean, length: number): Buffer {
  const header = Buffer.alloc(6)
  header.writeUInt32BE(length + 2)
  header[4] = context
  header[5] = (command ? 1 : 0) | (last ? 2 : 0)
  return header
}

function association({ called, calling, maxLength }: { called: string; calling: string; maxLength: number }, contexts: Buffer[]): Buffer {
  const fixed = Buffer.alloc(68)
  fixed.writeUInt16BE(1)
  fixed.write(called.slice(0, 16).padEnd(16), 4, 'latin1')
  fixed.write(calling.slice(0, 16).padEnd(16), 20, 'latin1')
  const most = Buffer.alloc(4)
  most.writeUInt32BE(maxLength)
  const user = item(0x50, item(0x51, most), text(0x52, IMPLEMENTATION_UID), text(0x55, IMPLEMENTATION_VERSION))
  return Buffer.concat([fixed, text(0x10, APPLICATION_CONTEXT), ...contexts, user])
}

function item(type: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const header = Buffer.from([type, 0, 0, 0])
  header.writeUInt16BE(body.length, 2)
  return Buffer.concat([header, body])
}

const text = (type: number, value: string): Buffer => item(type, Buffer.from(value, 'latin1'))

/** @throws DICOM_PROTOCOL */
export function decodePdu(type: number, body: Buffer): Pdu {
  try {
    return decoded(type, body)
  } catch (error) {
    // What a length promises and the bytes do not hold.
    if (error instanceof RangeError) throw invalidPdu('a unit is shorter than it says')
    throw error
  }
}

function decoded(type: number, body: Buffer): Pdu {
  switch (type) {
    case TYPES['associate-rq']: {
      const contexts = [...items(body, 68)].filter(([kind]) => kind === 0x20).map(([, value]) => proposed(value))
      return { type: 'associate-rq', ...titles(body), contexts, maxLength: maxLengthOf(body) }
    }
    case TYPES['associate-ac']: {
      const contexts = [...items(body, 68)].filter(([kind]) => kind === 0x21).map(([, value]) => answered(value))
      return { type: 'associate-ac', ...titles(body), contexts, maxLength: maxLengthOf(body) }
    }
    case TYPES['associate-rj']:
      return { type: 'associate-rj', result: body.readUInt8(1), source: body.readUInt8(2), reason: body.readUInt8(3) }
    case TYPES.data:
      return { type: 'data', values: [...dataValues(body)] }
    case TYPES['release-rq']:
      return { type: 'release-rq' }
    case TYPES['release-rp']:
      return { type: 'release-rp' }
    case TYPES.abort:
      return { type: 'abort', source: body.readUInt8(2), reason: body.readUInt8(3) }
    default:
      throw invalidPdu(`there is no unit of type ${type}`)
  }
}

const titles = (body: Buffer) => ({ called: title(body, 4), calling: title(body, 20) })
const title = (body: Buffer, at: number): string => {
  if (body.length < 68) throw invalidPdu('an association without its titles')
  return body.toString('latin1', at, at + 16).trim()
}

function proposed(value: Buffer): ProposedContext {
  const parts = [...items(value, 4)]
  const of = (kind: number) => parts.filter(([one]) => one === kind).map(([, uid]) => uidText(uid))
  return { id: value.readUInt8(0), abstractSyntax: of(0x30)[0] ?? '', transferSyntaxes: of(0x40) }
}

function answered(value: Buffer): AnsweredContext {
  const syntax = [...items(value, 4)].find(([kind]) => kind === 0x40)?.[1]
  return { id: value.readUInt8(0), result: value.readUInt8(2), transferSyntax: syntax ? uidText(syntax) : '' }
}

function maxLengthOf(body: Buffer): number {
  const user = [...items(body, 68)].find(([kind]) => kind === 0x50)?.[1]
  const most = user && [...items(user, 0)].find(([kind]) => kind === 0x51)?.[1]
  return most ? most.readUInt32BE(0) : 0
}

const uidText = (value: Buffer): string => value.toString('latin1').replace(/[\0 ]+$/, '')

function* items(body: Buffer, from: number): Generator<[type: number, value: Buffer]> {
  for (let at = from; at < body.length; ) {
    const length = body.readUInt16BE(at + 2)
    if (at + 4 + length > body.length) throw invalidPdu('an item is longer than its unit')
    yield [body.readUInt8(at), body.subarray(at + 4, at + 4 + length)]
    at += 4 + length
  }
}

function* dataValues(body: Buffer): Generator<DataValue> {
  for (let at = 0; at < body.length; ) {
    const length = body.readUInt32BE(at)
    if (length < 2 || at + 4 + length > body.length) throw invalidPdu('a data value is longer than its unit')
    const flags = body.readUInt8(at + 5)
    yield { context: body.readUInt8(at + 4), command: (flags & 1) !== 0, last: (flags & 2) !== 0, data: body.subarray(at + 6, at + 4 + length) }
    at += 4 + length
  }
}
