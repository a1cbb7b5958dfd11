import { inflateRawSync } from 'node:zlib'
import dicomParser from 'dicom-parser'
import type { ByteArrayParser, ByteStream, DataSet, Element } from 'dicom-parser'
import { CodedError } from '#shared/errors.ts'
import { DEFLATED_LE, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE, transferSyntax } from './transfer-syntax.ts'
import type { TransferSyntax } from './transfer-syntax.ts'

export interface ParsedDicom {
  path: string
  /** File meta group; null when the file starts at its data set. */
  meta: DataSet | null
  /** Its byte array may be an inflated or re-headed copy of the file. */
  dataSet: DataSet
  transferSyntax: TransferSyntax
}

/** A data set of half a gigabyte inflated is no radiograph. */
const MAX_INFLATED = 1 << 29

export const truncated = (file: string, message: string): CodedError =>
  new CodedError('TRUNCATED_FILE', `The file ends before its data do: ${message}`, { file, remedy: 'Copy or export the film again.' })

export const corrupt = (file: string, message: string, cause?: unknown): CodedError =>
  new CodedError('CORRUPT_IMAGE', message, { file, cause, remedy: 'Export the film again from where it came.' })

export const notDicom = (file: string): CodedError =>
  new CodedError('NOT_DICOM', 'The content is not DICOM: neither "DICM" at byte 128 nor a data set at the start.', { file })

/**
 * Parses a DICOM file by its content (PS3.10 section 7): with preamble and "DICM", with a bare meta group, or a bare data set.
 * A file cut off inside its attributes or pixel data is refused here; junk after complete pixel data is ignored.
 */
export function parseDicom(content: Uint8Array, path: string): ParsedDicom {
  // Never a Buffer, whose slice shares memory where an array's copies.
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.length)
  if (bytes.length === 0) throw truncated(path, 'it is empty.')
  if (hasPrefix(bytes)) return parsePart10(bytes, path)
  const start = sniff(bytes, 0)
  if (start === 'meta') {
    const headed = new Uint8Array(bytes.length + 132)
    headed.set(PREFIX, 128)
    headed.set(bytes, 132)
    return parsePart10(headed, path)
  }
  if (!start) throw notDicom(path)
  return { path, meta: null, ...parseDataSet(bytes, 0, start, path) }
}

const PREFIX = Uint8Array.from([0x44, 0x49, 0x43, 0x4d])
/** Whether the content is a Part 10 file with its preamble. */
export const hasPrefix = (bytes: Uint8Array) => PREFIX.every((byte, i) => bytes[128 + i] === byte)

const VR = /^(A[EST]|CS|D[AST]|F[DL]|I[S]|L[OT]|O[BDFLVW]|PN|S[HLQSTV]|TM|U[CILNRSTV])$/
const namesVr = (bytes: Uint8Array, at: number) => VR.test(String.fromCharCode(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0))

/** What starts at `at`: the meta group, or a data set of group 0008 by its transfer syntax. */
function sniff(bytes: Uint8Array, at: number): 'meta' | typeof EXPLICIT_LE | typeof EXPLICIT_BE | typeof IMPLICIT_LE | null {
  if (bytes.length < at + 16) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset + at)
  if (view.getUint16(0) === 8 && view.getUint16(2) <= 0x2000 && namesVr(bytes, at)) return EXPLICIT_BE
  const group = view.getUint16(0, true)
  if ((group !== 2 && group !== 8) || view.getUint16(2, true) > 0x2000) return null
  if (namesVr(bytes, at)) return group === 2 ? 'meta' : EXPLICIT_LE
  return group === 8 && view.getUint32(4, true) < bytes.length - at ? IMPLICIT_LE : null
}

function parsePart10(bytes: Uint8Array, path: string): ParsedDicom {
  let meta: DataSet & { position: number }
  try {
    meta = dicomParser.readPart10Header(bytes, {})
  } catch (error) {
    throw truncated(path, `in the file meta group (${reason(error)}).`)
  }
  if (meta.position > bytes.length) throw truncated(path, 'in the file meta group.')
  const declared = meta.string('x00020010')?.trim()
  const sniffed = declared ? null : sniff(bytes, meta.position)
  const uid = declared || (sniffed === 'meta' ? null : sniffed)
  if (!uid) {
    throw corrupt(path, 'The file does not say its transfer syntax (0002,0010).')
  }
  return { path, meta, ...parseDataSet(bytes, meta.position, uid, path) }
}

function parseDataSet(bytes: Uint8Array, position: number, uid: string, path: string): Pick<ParsedDicom, 'dataSet' | 'transferSyntax'> {
  const [data, start] = uid === DEFLATED_LE ? [inflate(bytes.subarray(position), path), 0] : [bytes, position]
  if (start >= data.length) throw truncated(path, 'nothing follows the file meta group.')
  const parser: ByteArrayParser = uid === EXPLICIT_BE ? dicomParser.bigEndianByteArrayParser : dicomParser.littleEndianByteArrayParser
  const stream = new dicomParser.ByteStream(parser, data, start)
  const dataSet = new dicomParser.DataSet(parser, data, {})
  dataSet.warnings = []
  let fault: unknown
  try {
    // Some writers name one way of coding attributes and use the other: each shows in the first of them.
    if (uid === EXPLICIT_BE || namesVr(data, start)) dicomParser.parseDicomDataSetExplicit(dataSet, stream)
    else parseImplicit(dataSet, stream)
  } catch (error) {
    fault = error
  }
  checkComplete(dataSet, fault, path)
  return { dataSet, transferSyntax: transferSyntax(uid) }
}

/**
 * The attributes before uncompressed pixel data, from the beginning of a Part 10 file.
 * @param size of the whole file, which the pixel data must fit in
 * @returns null for anything else
 * @throws strings of the parser, where the attributes reach beyond `head`
 */
export function parseHead(head: Uint8Array, size: number): Pick<ParsedDicom, 'dataSet' | 'transferSyntax'> | null {
  if (!hasPrefix(head)) return null
  const bytes = new Uint8Array(head.buffer, head.byteOffset, head.length)
  const meta = dicomParser.readPart10Header(bytes, {})
  const uid = meta.string('x00020010')?.trim()
  if (uid !== EXPLICIT_LE && uid !== IMPLICIT_LE) return null
  const parser = dicomParser.littleEndianByteArrayParser
  const dataSet = new dicomParser.DataSet(parser, bytes, {})
  const stream = new dicomParser.ByteStream(parser, bytes, meta.position)
  const parse = namesVr(bytes, meta.position) ? dicomParser.parseDicomDataSetExplicit : dicomParser.parseDicomDataSetImplicit
  parse(dataSet, stream, undefined, { untilTag: 'x7fe00010' })
  const pixels = dataSet.elements.x7fe00010
  if (!pixels || pixels.hadUndefinedLength || pixels.dataOffset + pixels.length > size) return null
  return { dataSet, transferSyntax: transferSyntax(uid) }
}

/** Encapsulated pixels have no place in an implicit data set, but occur; the parser would take their items for a sequence. */
function parseImplicit(dataSet: DataSet, stream: ByteStream): void {
  dicomParser.parseDicomDataSetImplicit(dataSet, stream, undefined, { untilTag: 'x7fe00010' })
  const pixels = dataSet.elements.x7fe00010
  if (!pixels) return
  if (pixels.hadUndefinedLength) return dicomParser.findEndOfEncapsulatedElement(stream, pixels)
  stream.seek(pixels.length)
  dicomParser.parseDicomDataSetImplicit(dataSet, stream)
}

/** Pixel Data, Float or Double Float Pixel Data (PS3.3 C.7.6.24, C.7.6.25). */
export const pixelElement = ({ elements }: DataSet): Element | undefined => elements.x7fe00010 ?? elements.x7fe00008 ?? elements.x7fe00009

/** Refuses what ends too early; what comes after complete pixel data (padding, signatures) may be broken. */
function checkComplete(dataSet: DataSet, fault: unknown, path: string): void {
  const size = dataSet.byteArray.length
  const pixels = pixelElement(dataSet)
  if (pixels) {
    const parts = pixels.fragments ?? [{ position: pixels.dataOffset, length: pixels.length }]
    const end = Math.max(0, ...parts.map((part) => part.position + part.length))
    if (end > size) throw truncated(path, `its pixel data need ${end - size} bytes more.`)
    if (pixels.encapsulatedPixelData && !parts.length) throw truncated(path, 'its pixel data hold no frame.')
    return
  }
  const beyond = Object.values(dataSet.elements).find((element) => element.dataOffset + element.length > size)
  if (beyond) throw truncated(path, `inside the attribute ${beyond.tag.slice(1, 5)},${beyond.tag.slice(5)}.`)
  if (fault !== undefined) {
    if (/past end|overrun|seek|maxP/.test(reason(fault))) throw truncated(path, 'inside its attributes.')
    throw corrupt(path, `The attributes cannot be read (${reason(fault)}).`, fault)
  }
}

function inflate(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return new Uint8Array(inflateRawSync(bytes, { maxOutputLength: MAX_INFLATED }))
  } catch (error) {
    if (/unexpected end/.test(reason(error))) throw truncated(path, 'in the deflated data set.')
    throw corrupt(path, `The deflated data set cannot be inflated (${reason(error)}).`, error)
  }
}

/** dicom-parser throws strings; none of them carries attribute values. */
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/^dicomParser[.:]/, '')
