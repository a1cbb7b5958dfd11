import { invalidPdu } from './pdu.ts'

/** Values of Command Field (0000,0100) that we know (PS3.7 annex E). */
export const C_STORE_RQ = 0x0001
export const C_STORE_RSP = 0x8001
export const C_ECHO_RQ = 0x0030
export const C_ECHO_RSP = 0x8030

/** Status (0000,0900): PS3.7 annex C, PS3.4 table B.2-1. */
export const SUCCESS = 0x0000
export const OUT_OF_RESOURCES = 0xa700
export const NO_MATCH = 0xa900
export const CANNOT_UNDERSTAND = 0xc000
export const PROCESSING_FAILURE = 0x0110
export const NOT_AUTHORISED = 0x0124
export const UNRECOGNISED_OPERATION = 0x0211

/** Command Data Set Type (0000,0800) of a message without data set. */
const NO_DATA = 0x0101

/** A command set (PS3.7 section 6.3): the elements that store and echo speak of. */
export interface Command {
  field: number
  /** Message ID of a request, Message ID Being Responded To of a response. */
  message: number
  hasData: boolean
  sopClassUid?: string
  sopInstanceUid?: string
  status?: number
  comment?: string
}

const TEXTS = { sopClassUid: 0x0002, sopInstanceUid: 0x1000 } as const

/** Implicit VR Little Endian, always (PS3.7 section 6.3.1). */
export function encodeCommand(command: Command): Buffer {
  const { field, message, hasData, sopClassUid, sopInstanceUid, status, comment } = command
  const isResponse = (field & 0x8000) !== 0
  const elements: [element: number, value: Buffer][] = [
    ...(sopClassUid === undefined ? [] : [[TEXTS.sopClassUid, even(sopClassUid, '\0')] as [number, Buffer]]),
    [0x0100, short(field)],
    [isResponse ? 0x0120 : 0x0110, short(message)],
    ...(field === C_STORE_RQ ? [[0x0700, short(0)] as [number, Buffer]] : []),
    [0x0800, short(hasData ? 1 : NO_DATA)],
    ...(status === undefined ? [] : [[0x0900, short(status)] as [number, Buffer]]),
    // LO holds 64 characters.
    ...(comment === undefined ? [] : [[0x0902, even(comment.slice(0, 64), ' ')] as [number, Buffer]]),
    ...(sopInstanceUid === undefined ? [] : [[TEXTS.sopInstanceUid, even(sopInstanceUid, '\0')] as [number, Buffer]]),
  ]
  const body = Buffer.concat(elements.map(([element, value]) => encodeElement(element, value)))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([encodeElement(0, length), body])
}

function encodeElement(element: number, value: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt16LE(element, 2)
  header.writeUInt32LE(value.length, 4)
  return Buffer.concat([header, value])
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

const even = (value: string, pad: string): Buffer => Buffer.from(value.length % 2 ? value + pad : value, 'latin1')

/** @throws DICOM_PROTOCOL */
export function decodeCommand(bytes: Buffer): Command {
  const values = new Map<number, Buffer>()
  for (let at = 0; at < bytes.length; ) {
    const length = at + 8 <= bytes.length ? bytes.readUInt32LE(at + 4) : Infinity
    if (at + 8 + length > bytes.length || bytes.readUInt16LE(at) !== 0) throw invalidPdu('a command set that cannot be read')
    values.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  const number = (element: number): number | undefined => {
    const value = values.get(element)
    return value && value.length >= 2 ? value.readUInt16LE(0) : undefined
  }
  const text = (element: number): string | undefined => values.get(element)?.toString('latin1').replace(/[\0 ]+$/, '')
  const field = number(0x0100)
  const message = number(0x0110) ?? number(0x0120)
  if (field === undefined || message === undefined) throw invalidPdu('a command without field or message')
  return { field, message, hasData: number(0x0800) !== NO_DATA, sopClassUid: text(TEXTS.sopClassUid), sopInstanceUid: text(TEXTS.sopInstanceUid), status: number(0x0900), comment: text(0x0902) }
}
