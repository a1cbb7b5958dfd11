import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as zlib from 'node:zlib'
import { SetupError } from './errors.mjs'

/**
 * A reader of zip files (APPNOTE 6.3, with zip64) that takes single members out of archives too large for memory. A wheel is a zip file.
 * @typedef {{name: string, method: number, crc: number, compressed: number, bytes: number, offset: number, mode: number}} Entry
 */

const endSignature = Buffer.from([0x50, 0x4b, 5, 6])
const end64LocatorSignature = 0x07064b50
const end64Signature = 0x06064b50
const entrySignature = 0x02014b50
const localSignature = 0x04034b50
const stored = 0
const deflated = 8

/**
 * Members of a zip file, from its central directory.
 * @param {string} file
 * @returns {Promise<Entry[]>}
 * @throws {SetupError} BAD_ARCHIVE when the file is cut short or no zip file
 */
export async function readEntries(file) {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    // The end record has 22 bytes and a comment of at most 65,535; its zip64 locator lies in the 20 bytes before.
    const tail = await read(handle, Math.max(0, size - 65_577), Math.min(size, 65_577), file)
    const end = tail.lastIndexOf(endSignature)
    if (end < 0 || tail.length - end < 22) throw badArchive(file, 'it has no end record, so it is cut short or no zip file')
    const directory = await directoryOf(handle, tail, end, file)
    return parseDirectory(await read(handle, directory.offset, directory.bytes, file), directory.count, file)
  } finally {
    await handle.close()
  }
}

/**
 * Unpacks one member; the size and the CRC-32 of what was written are checked against the directory.
 * @param {string} file
 * @param {Entry} entry
 * @param {string} target
 * @param {(bytes: number) => void} [onBytes] called with the number of bytes just written
 * @throws {SetupError} CHECKSUM_MISMATCH, BAD_ARCHIVE
 */
export async function extractEntry(file, entry, target, onBytes) {
  if (entry.method !== stored && entry.method !== deflated) throw badArchive(file, `${entry.name} uses compression method ${entry.method}`)
  const start = await dataOffset(file, entry)
  await mkdir(dirname(target), { recursive: true })
  let crc = 0
  let bytes = 0
  const check = new Transform({
    transform(chunk, _encoding, done) {
      crc = crc32(chunk, crc)
      bytes += chunk.length
      onBytes?.(chunk.length)
      done(null, chunk)
    },
  })
  // An empty range cannot be said with an inclusive end.
  const source = entry.compressed === 0 ? Readable.from([]) : createReadStream(file, { start, end: start + entry.compressed - 1, highWaterMark: 1 << 20 })
  const sink = createWriteStream(target, { flush: true, mode: entry.mode & 0o111 ? 0o755 : 0o644 })
  try {
    if (entry.method === deflated) await pipeline(source, zlib.createInflateRaw({ chunkSize: 1 << 20 }), check, sink)
    else await pipeline(source, check, sink)
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) throw badArchive(file, `${entry.name} does not inflate: ${error.message}`)
    throw error
  }
  if (bytes !== entry.bytes || crc !== entry.crc) throw new SetupError('CHECKSUM_MISMATCH', `${entry.name} of ${file} is damaged (CRC-32)`, { file })
}

/**
 * @param {import('node:fs/promises').FileHandle} handle
 * @param {Buffer} tail
 * @param {number} end position of the end record in the tail
 * @param {string} file
 */
async function directoryOf(handle, tail, end, file) {
  const plain = { count: tail.readUInt16LE(end + 10), bytes: tail.readUInt32LE(end + 12), offset: tail.readUInt32LE(end + 16) }
  const locator = end - 20
  if (locator < 0 || tail.readUInt32LE(locator) !== end64LocatorSignature) return plain
  const record = await read(handle, Number(tail.readBigUInt64LE(locator + 8)), 56, file)
  if (record.readUInt32LE(0) !== end64Signature) throw badArchive(file, 'its zip64 end record is damaged')
  return { count: Number(record.readBigUInt64LE(32)), bytes: Number(record.readBigUInt64LE(40)), offset: Number(record.readBigUInt64LE(48)) }
}

/**
 * @param {Buffer} directory
 * @param {number} count
 * @param {string} file
 */
function parseDirectory(directory, count, file) {
  const entries = []
  let at = 0
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== entrySignature) throw badArchive(file, 'its directory is damaged')
    const [nameLength, extraLength, commentLength] = [directory.readUInt16LE(at + 28), directory.readUInt16LE(at + 30), directory.readUInt16LE(at + 32)]
    const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      mode: directory.readUInt16LE(at + 40),
      ...sizes(directory, at, extra),
    })
    at += 46 + nameLength + extraLength + commentLength
  }
  return entries
}

/**
 * Sizes and offset of a member; those that do not fit 32 bits stand, in this order, in the zip64 extra field (id 1).
 * @param {Buffer} directory
 * @param {number} at
 * @param {Buffer} extra
 */
function sizes(directory, at, extra) {
  const wide = extraField(extra, 1)
  let next = 0
  const take = (/** @type {number} */ value) => {
    if (value !== 0xffffffff || !wide || wide.length < next + 8) return value
    next += 8
    return Number(wide.readBigUInt64LE(next - 8))
  }
  const bytes = take(directory.readUInt32LE(at + 24))
  const compressed = take(directory.readUInt32LE(at + 20))
  return { bytes, compressed, offset: take(directory.readUInt32LE(at + 42)) }
}

/**
 * @param {Buffer} extra
 * @param {number} id
 */
function extraField(extra, id) {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2))
  }
  return undefined
}

/**
 * The local header repeats the name but may have another extra field than the directory, so its length must be read.
 * @param {string} file
 * @param {Entry} entry
 */
async function dataOffset(file, entry) {
  const handle = await open(file)
  try {
    const header = await read(handle, entry.offset, 30, file)
    if (header.readUInt32LE(0) !== localSignature) throw badArchive(file, `${entry.name} is not where the directory says`)
    return entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  } finally {
    await handle.close()
  }
}

/**
 * @param {import('node:fs/promises').FileHandle} handle
 * @param {number} position
 * @param {number} length
 * @param {string} file
 */
async function read(handle, position, length, file) {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await handle.read(buffer, 0, length, position)
  if (bytesRead !== length) throw badArchive(file, 'it is cut short')
  return buffer
}

/**
 * @param {string} file
 * @param {string} why
 */
function badArchive(file, why) {
  return new SetupError('BAD_ARCHIVE', `${file} cannot be unpacked: ${why}`, { file, remedy: 'Delete it and start again.' })
}

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value >>> 0
})

/**
 * CRC-32 in plain JavaScript, for Node below 20.15, whose zlib does not offer it.
 * @param {Uint8Array} chunk
 * @param {number} start
 */
export function plainCrc32(chunk, start = 0) {
  let value = ~start
  for (let index = 0; index < chunk.length; index++) value = (table[(value ^ (chunk[index] ?? 0)) & 255] ?? 0) ^ (value >>> 8)
  return ~value >>> 0
}

/** @type {(chunk: Uint8Array, start: number) => number} */
const crc32 = zlib.crc32 ?? plainCrc32
