import type { DataSet, Element } from 'dicom-parser'
import { EXPLICIT_BE } from '../read/transfer-syntax.ts'

/** An attribute as it will be written. */
export interface RawElement {
  /** `ggggeeee`. */
  tag: string
  vr: string
  /** Little-endian, of even length; or the items of a sequence; or the fragments of encapsulated pixels, their offset table first. */
  value: Uint8Array | RawElement[][] | { fragments: Uint8Array[] }
}

/** Representations with a length of 32 bits (PS3.5 section 7.1.2). */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'])

const UNDEFINED = Uint8Array.of(0xff, 0xff, 0xff, 0xff)

/** A data set in Explicit VR Little Endian, in the order of its tags. */
export function encodeElements(elements: readonly RawElement[]): Buffer {
  return Buffer.concat([...elements].sort((a, b) => (a.tag < b.tag ? -1 : 1)).flatMap(encodeElement))
}

function encodeElement({ tag, vr, value }: RawElement): Uint8Array[] {
  if (!(value instanceof Uint8Array) && !Array.isArray(value)) {
    return [tagBytes(tag), Buffer.from(`${vr}\0\0`, 'latin1'), UNDEFINED, ...value.fragments.flatMap((fragment) => [tagBytes('fffee000'), uint32(fragment.length + (fragment.length % 2)), even(fragment)]), tagBytes('fffee0dd'), uint32(0)]
  }
  const body = value instanceof Uint8Array ? even(value) : Buffer.concat(value.flatMap((item) => encodeItem(item)))
  if (LONG.has(vr)) return [tagBytes(tag), Buffer.from(`${vr}\0\0`, 'latin1'), uint32(body.length), body]
  // What an implicit data set holds beyond 64 KiB has no short form (PS3.5 section 6.2.2, note 5).
  if (body.length > 0xffff) return encodeElement({ tag, vr: 'UN', value: body })
  const length = Buffer.alloc(2)
  length.writeUInt16LE(body.length)
  return [tagBytes(tag), Buffer.from(vr, 'latin1'), length, body]
}

function encodeItem(item: readonly RawElement[]): Uint8Array[] {
  const body = encodeElements(item)
  return [tagBytes('fffee000'), uint32(body.length), body]
}

function tagBytes(tag: string): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt16LE(parseInt(tag.slice(0, 4), 16), 0)
  bytes.writeUInt16LE(parseInt(tag.slice(4), 16), 2)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const even = (bytes: Uint8Array): Uint8Array => (bytes.length % 2 ? Buffer.concat([bytes, Uint8Array.of(0)]) : bytes)

/** Bytes of a number, by representation; all else has no byte order. */
const WIDTH: Record<string, number> = { US: 2, SS: 2, OW: 2, AT: 2, UL: 4, SL: 4, FL: 4, OF: 4, OL: 4, FD: 8, OD: 8, SV: 8, UV: 8, OV: 8 }

/** The value of an element that is no sequence, in little endian. */
export function valueOf(dataSet: DataSet, { dataOffset, length }: Element, vr: string, transferSyntaxUid: string): Uint8Array {
  const bytes = dataSet.byteArray.subarray(dataOffset, dataOffset + length)
  const width = transferSyntaxUid === EXPLICIT_BE ? (WIDTH[vr] ?? 1) : 1
  if (width === 1) return bytes
  const swapped = Buffer.from(bytes)
  for (let at = 0; at + width <= swapped.length; at += width) swapped.subarray(at, at + width).reverse()
  return swapped
}

/** Offset table and fragments of encapsulated pixels. */
export function fragmentsOf(dataSet: DataSet, { fragments = [], basicOffsetTable = [] }: Element): Uint8Array[] {
  const parts = fragments.map(({ position, length }) => dataSet.byteArray.subarray(position, position + length))
  // An odd fragment grows by a byte, and what the table says of those behind it would be wrong: without a table readers count.
  const offsets = parts.some(({ length }) => length % 2) ? [] : basicOffsetTable
  return [Buffer.concat(offsets.map(uint32)), ...parts]
}
