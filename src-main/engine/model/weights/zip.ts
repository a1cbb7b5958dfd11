import type { FileHandle } from 'node:fs/promises'

/** Where the bytes of an uncompressed entry lie. */
export interface StoredEntry {
  offset: number
  bytes: number
}

const END = 0x06054b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
/** The end record and the longest comment. */
const TAIL = 22 + 0xffff
const LARGEST_DIRECTORY = 64e6

/**
 * Entries of a ZIP archive (PKWARE APPNOTE 6.3, ZIP64 included) as `torch.save` writes it: stored, so that a tensor can be read in place.
 * @throws Error saying what is wrong with it
 */
export async function storedEntries(file: FileHandle): Promise<Map<string, StoredEntry>> {
  const { size } = await file.stat()
  const { directory, count } = await readDirectory(file, size)
  const entries = new Map<string, StoredEntry>()
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL) throw new Error('its directory is damaged')
    const [method, nameLength, extraLength, commentLength] = [10, 28, 30, 32].map((field) => directory.readUInt16LE(at + field)) as [number, number, number, number]
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength)
    const [bytes, header] = wide(directory, at, directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength))
    if (method !== 0) throw new Error(`${name} is compressed`)
    entries.set(name, await locate(file, name, header, bytes, size))
    at += 46 + nameLength + extraLength + commentLength
  }
  return entries
}

async function readDirectory(file: FileHandle, size: number): Promise<{ directory: Buffer; count: number }> {
  const tail = await read(file, Math.max(0, size - TAIL), Math.min(size, TAIL))
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--
  if (end < 0) throw new Error('it is no whole archive')
  let [count, bytes, offset] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
  if (end >= 20 && tail.readUInt32LE(end - 20) === LOCATOR_64) {
    const record = await read(file, Number(tail.readBigUInt64LE(end - 12)), 56)
    if (record.readUInt32LE(0) !== END_64) throw new Error('its directory is damaged')
    ;[count, bytes, offset] = [32, 40, 48].map((field) => Number(record.readBigUInt64LE(field))) as [number, number, number]
  }
  if (bytes > LARGEST_DIRECTORY || offset + bytes > size) throw new Error('its directory is damaged')
  return { directory: await read(file, offset, bytes), count }
}

/** Size and place of an entry; those of 32 set bits stand in the ZIP64 extra field (0x0001) in this order. */
function wide(directory: Buffer, at: number, extra: Buffer): [number, number] {
  const [compressed, bytes, header] = [20, 24, 42].map((field) => directory.readUInt32LE(at + field)) as [number, number, number]
  const values = extraField(extra, 1)
  let next = 0
  const widened = (value: number): number => {
    if (value !== 0xffffffff || !values || next + 8 > values.length) return value
    next += 8
    return Number(values.readBigUInt64LE(next - 8))
  }
  const [size] = [widened(bytes), widened(compressed)]
  return [size, widened(header)]
}

function extraField(extra: Buffer, id: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2))
  }
  return undefined
}

async function locate(file: FileHandle, name: string, header: number, bytes: number, size: number): Promise<StoredEntry> {
  const local = await read(file, header, 30)
  const offset = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
  if (local.readUInt32LE(0) !== LOCAL || offset + bytes > size) throw new Error(`${name} lies outside the archive`)
  return { offset, bytes }
}

async function read(file: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  const { bytesRead } = await file.read(buffer, 0, bytes, offset)
  if (bytesRead < bytes) throw new Error('it is cut off')
  return buffer
}
