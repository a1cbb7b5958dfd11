import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { CodedError } from '#shared/errors.ts'

/** A member of a ZIP archive, as its central directory lists it (APPNOTE 6.3, section 4.3.12). */
export interface Member {
  name: string
  encrypted: boolean
  /** 0 stored, 8 deflated. */
  method: number
  crc: number
  compressed: number
  bytes: number
  /** Of its local header. */
  offset: number
  /** Unix mode, 0 where the archive has none. */
  mode: number
}

/** More than any public set has films; a directory that lists more would not fit in memory either. */
const MOST_MEMBERS = 5_000_000
const MOST_DIRECTORY_BYTES = 1 << 30
const [END, LOCATOR_64, END_64, ENTRY, LOCAL] = [0x06054b50, 0x07064b50, 0x06064b50, 0x02014b50, 0x04034b50]
const WIDE = 0xffffffff

export const badArchive = (file: string, message: string): CodedError =>
  new CodedError('BAD_ARCHIVE', `${basename(file)} cannot be unpacked: ${message}.`, { file, remedy: 'Fetch the archive again, or unpack it yourself and import the folder.' })

export async function isZip(path: string): Promise<boolean> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(4) })
    return bytesRead === 4 && (buffer.readUInt32LE() === LOCAL || buffer.readUInt32LE() === END)
  } catch {
    return false
  }
}

/** The central directory as bytes, and how many members it lists. @throws BAD_ARCHIVE */
export async function readDirectory(handle: FileHandle, path: string): Promise<{ directory: Buffer; count: number }> {
  const { size } = await handle.stat()
  // The end record has 22 bytes and a comment of at most 65,535; its zip64 locator lies in the 20 bytes before.
  const tail = await readAt(handle, Math.max(0, size - 65_577), Math.min(size, 65_577), path)
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--
  if (end < 0) throw badArchive(path, 'it has no directory at its end, so it is cut short')
  const { count, bytes, offset } = await placeOfDirectory(handle, tail, end, path)
  if (count > MOST_MEMBERS || bytes > MOST_DIRECTORY_BYTES) throw badArchive(path, `it lists ${count.toLocaleString('en')} members, more than ${MOST_MEMBERS.toLocaleString('en')}`)
  if (offset + bytes > size) throw badArchive(path, 'its directory lies beyond its end')
  return { directory: await readAt(handle, offset, bytes, path), count }
}

async function placeOfDirectory(handle: FileHandle, tail: Buffer, end: number, path: string): Promise<{ count: number; bytes: number; offset: number }> {
  const plain = { count: tail.readUInt16LE(end + 10), bytes: tail.readUInt32LE(end + 12), offset: tail.readUInt32LE(end + 16) }
  const locator = end - 20
  if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR_64) return plain
  const record = await readAt(handle, Number(tail.readBigUInt64LE(locator + 8)), 56, path)
  if (record.readUInt32LE(0) !== END_64) throw badArchive(path, 'its zip64 end record is damaged')
  return { count: Number(record.readBigUInt64LE(32)), bytes: Number(record.readBigUInt64LE(40)), offset: Number(record.readBigUInt64LE(48)) }
}

/** Members one by one: a directory of millions is never a list of objects. @throws BAD_ARCHIVE */
export function* membersOf({ directory, count }: { directory: Buffer; count: number }, path: string): Generator<Member> {
  for (let i = 0, at = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== ENTRY) throw badArchive(path, 'its directory is damaged')
    const [nameLength, extraLength, commentLength] = [directory.readUInt16LE(at + 28), directory.readUInt16LE(at + 30), directory.readUInt16LE(at + 32)]
    const next = at + 46 + nameLength + extraLength + commentLength
    if (next > directory.length) throw badArchive(path, 'its directory is damaged')
    const madeOnUnix = directory.readUInt8(at + 5) === 3
    yield {
      name: textOfName(directory.subarray(at + 46, at + 46 + nameLength)),
      encrypted: (directory.readUInt16LE(at + 8) & 1) !== 0,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      mode: madeOnUnix ? directory.readUInt16LE(at + 40) : 0,
      ...sizesOf(directory, at, directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)),
    }
    at = next
  }
}

/** Those that do not fit 32 bits stand, in this order, in the zip64 extra field (id 1). */
function sizesOf(directory: Buffer, at: number, extra: Buffer): Pick<Member, 'bytes' | 'compressed' | 'offset'> {
  const [compressed, bytes, offset] = [directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 42)]
  const wide = fieldOf(extra, 1)
  let place = 0
  const value = (narrow: number): number => (narrow === WIDE && place + 8 <= wide.length ? Number(wide.readBigUInt64LE((place += 8) - 8)) : narrow)
  return { bytes: value(bytes), compressed: value(compressed), offset: value(offset) }
}

function fieldOf(extra: Buffer, id: number): Buffer {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2))
  }
  return Buffer.alloc(0)
}

/** UTF-8 as the flag says or most writers do without it; else a byte a letter, so that no two names become one. */
function textOfName(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

/** Where the data of a member begin. Its local header's extra field has a length of its own. @throws BAD_ARCHIVE */
export async function dataOffset(handle: FileHandle, { offset, name }: Member, path: string): Promise<number> {
  const header = await readAt(handle, offset, 30, path)
  if (header.readUInt32LE(0) !== LOCAL) throw badArchive(path, `${name} is not where its directory says`)
  return offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
}

async function readAt(handle: FileHandle, position: number, length: number, path: string): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(length), position })
  if (bytesRead < length) throw badArchive(path, 'it is cut short')
  return buffer
}
