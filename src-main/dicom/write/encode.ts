import { EXPLICIT_LE } from '../read/transfer-syntax.ts'

/** Value representations we write (PS3.5 section 6.2). */
export type Vr =
  | 'AE' | 'AS' | 'AT' | 'CS' | 'DA' | 'DS' | 'DT' | 'FD' | 'FL' | 'IS' | 'LO' | 'LT' | 'OB' | 'OW' | 'PN' | 'SH' | 'SL' | 'SQ' | 'SS' | 'ST'
  | 'TM' | 'UI' | 'UL' | 'US' | 'UT'

export type Value = string | number | (string | number)[] | Uint8Array | Uint16Array | Int16Array | Dataset[] | null

/** `[tag, VR, value]`; the tag is 0xGGGGEEEE; null or an empty list writes an empty attribute (type 2). */
export type DataElement = [tag: number, vr: Vr, value: Value]
export type Dataset = DataElement[]

/** Ours, as a UUID under 2.25 (PS3.5 annex B). */
export const IMPLEMENTATION_UID = '2.25.264519731245110238419362475190734861029'
const LONG = new Set<Vr>(['OB', 'OW', 'SQ', 'UT'])
const SHORT_LIMIT = 0xfffe

/**
 * A Part 10 file in Explicit VR Little Endian. Elements may come in any order; of a tag given twice the last stands.
 * Text is written in UTF-8, and (0008,0005) says so.
 * @throws RangeError when a value does not fit its representation
 */
export function encodePart10(dataset: Dataset): Uint8Array {
  const text = (tag: number) => String(dataset.findLast(([t]) => t === tag)?.[2] ?? '')
  return join([encodeMeta({ sopClassUid: text(0x00080016), sopInstanceUid: text(0x00080018), transferSyntaxUid: EXPLICIT_LE }), encodeDataset([[0x00080005, 'CS', 'ISO_IR 192'], ...dataset])])
}

/** Preamble, "DICM" and the file meta group (PS3.10 section 7.1); the data set follows. `from`: AE title that it was received from. */
export function encodeMeta({ sopClassUid, sopInstanceUid, transferSyntaxUid, from }: { sopClassUid: string; sopInstanceUid: string; transferSyntaxUid: string; from?: string }): Uint8Array {
  const meta = encodeDataset([
    [0x00020001, 'OB', Uint8Array.of(0, 1)],
    [0x00020002, 'UI', sopClassUid],
    [0x00020003, 'UI', sopInstanceUid],
    [0x00020010, 'UI', transferSyntaxUid],
    [0x00020012, 'UI', IMPLEMENTATION_UID],
    [0x00020013, 'SH', 'XCLASSIFIER'],
    ...(from === undefined ? [] : ([[0x00020016, 'AE', from]] as Dataset)),
  ])
  const preamble = new Uint8Array(132)
  preamble.set([0x44, 0x49, 0x43, 0x4d], 128)
  const length = encodeDataset([[0x00020000, 'UL', meta.length]])
  return join([preamble, length, meta])
}

function encodeDataset(dataset: Dataset): Uint8Array {
  const last = new Map(dataset.map((element) => [element[0], element]))
  return join([...last.values()].sort((a, b) => a[0] - b[0]).map(encodeElement))
}

function encodeElement([tag, vr, value]: DataElement): Uint8Array {
  const body = encodeValue(vr, value)
  const header = new Uint8Array(LONG.has(vr) ? 12 : 8)
  const view = new DataView(header.buffer)
  view.setUint16(0, tag >>> 16, true)
  view.setUint16(2, tag & 0xffff, true)
  header.set([vr.charCodeAt(0), vr.charCodeAt(1)], 4)
  if (LONG.has(vr)) view.setUint32(8, body.length, true)
  else if (body.length <= SHORT_LIMIT) view.setUint16(6, body.length, true)
  else throw new RangeError(`attribute ${tag.toString(16).padStart(8, '0')} is too long for ${vr}`)
  return join([header, body])
}

function encodeValue(vr: Vr, value: Value): Uint8Array {
  if (value === null || (Array.isArray(value) && value.length === 0)) return new Uint8Array(0)
  if (vr === 'SQ') return join((value as Dataset[]).map(encodeItem))
  if (value instanceof Uint8Array) return even(value, 0)
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  const values = (Array.isArray(value) ? value : [value]) as (string | number)[]
  const pack = NUMERIC[vr]
  if (pack) return pack(values.map(Number))
  const text = values.map((one) => (typeof one === 'number' ? decimalString(one) : one)).join('\\')
  return even(new TextEncoder().encode(text), vr === 'UI' ? 0 : 0x20)
}

function encodeItem(item: Dataset): Uint8Array {
  const body = encodeDataset(item)
  const header = Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0)
  new DataView(header.buffer).setUint32(4, body.length, true)
  return join([header, body])
}

const packed = (array: ArrayBufferView) => new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength)
/** Typed arrays are little-endian on every platform that Node 24 runs on. */
const NUMERIC: Partial<Record<Vr, (values: number[]) => Uint8Array>> = {
  US: (values) => packed(Uint16Array.from(values)),
  SS: (values) => packed(Int16Array.from(values)),
  UL: (values) => packed(Uint32Array.from(values)),
  SL: (values) => packed(Int32Array.from(values)),
  FL: (values) => packed(Float32Array.from(values)),
  FD: (values) => packed(Float64Array.from(values)),
  AT: (values) => packed(Uint16Array.from(values.flatMap((tag) => [tag >>> 16, tag & 0xffff]))),
  OW: (values) => packed(Uint16Array.from(values)),
}

/** DS holds 16 characters at most. */
export function decimalString(value: number): string {
  for (let digits = 17; digits > 0; digits--) {
    const text = String(Number(value.toPrecision(digits)))
    if (text.length <= 16) return text
  }
  throw new RangeError(`${value} does not fit a decimal string`)
}

function even(bytes: Uint8Array, pad: number): Uint8Array {
  return bytes.length % 2 ? join([bytes, Uint8Array.of(pad)]) : bytes
}

function join(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
