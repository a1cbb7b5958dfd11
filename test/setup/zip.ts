import { crc32, deflateRawSync } from 'node:zlib'

/** Builds zip files byte by byte after APPNOTE 6.3, independently of the reader under test. */
export interface Member {
  name: string
  data: Buffer
  stored?: boolean
  /** Write sizes and offset into the zip64 extra field. */
  zip64?: boolean
  mode?: number
}

const u16 = (value: number) => { const buffer = Buffer.alloc(2); buffer.writeUInt16LE(value); return buffer }
const u32 = (value: number) => { const buffer = Buffer.alloc(4); buffer.writeUInt32LE(value >>> 0); return buffer }
const u64 = (value: number) => { const buffer = Buffer.alloc(8); buffer.writeBigUInt64LE(BigInt(value)); return buffer }
const all = 0xffffffff

export function zip(members: Member[], { zip64 = false, comment = '' } = {}): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const member of members) {
    const body = member.stored ? member.data : deflateRawSync(member.data)
    const name = Buffer.from(member.name)
    const middle = [u16(20), u16(0), u16(member.stored ? 0 : 8), u16(0), u16(0), u32(crc32(member.data))]
    // The local header's extra field is longer than the directory's on purpose.
    const local = Buffer.concat([u32(0x04034b50), ...middle, u32(body.length), u32(member.data.length), u16(name.length), u16(7), name, u16(0x7075), u16(3), Buffer.from('abc'), body])
    const wide = member.zip64 ? Buffer.concat([u16(0x7075), u16(1), Buffer.from('x'), u16(1), u16(24), u64(member.data.length), u64(body.length), u64(offset)]) : Buffer.alloc(0)
    const sizes = member.zip64 ? [u32(all), u32(all)] : [u32(body.length), u32(member.data.length)]
    const mode = u32(((member.mode ?? 0o100644) << 16) >>> 0)
    entries.push(Buffer.concat([u32(0x02014b50), u16(0x0314), ...middle, ...sizes, u16(name.length), u16(wide.length), u16(0), u16(0), u16(0), mode, u32(member.zip64 ? all : offset), name, wide]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(entries)
  const count = members.length
  const end64 = [u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0), u64(count), u64(count), u64(directory.length), u64(offset)]
  const locator = [u32(0x07064b50), u32(0), u64(offset + directory.length), u32(1)]
  const plain = zip64 ? [u16(0xffff), u16(0xffff), u32(all), u32(all)] : [u16(count), u16(count), u32(directory.length), u32(offset)]
  const end = [u32(0x06054b50), u16(0), u16(0), ...plain, u16(comment.length), Buffer.from(comment)]
  return Buffer.concat([...locals, directory, ...(zip64 ? [...end64, ...locator] : []), ...end])
}
