const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let i = 0; i < 8; i++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1
  return crc
})

/** Of a PNG chunk's type and data (PNG, third edition, annex D). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

/** Signature and IHDR, which comes first and is 25 bytes long. */
const HEAD = 33

/** The picture with texts in iTXt chunks, by keyword (`Title`, `Comment`, ...): they stay with it wherever it goes. */
export function withText(png: Uint8Array, texts: Readonly<Record<string, string>>): Uint8Array {
  const chunks = Object.entries(texts).map(([keyword, text]) => chunk('iTXt', new TextEncoder().encode(`${keyword}\0\0\0\0\0${text}`)))
  const out = new Uint8Array(png.length + chunks.reduce((sum, { length }) => sum + length, 0))
  out.set(png.subarray(0, HEAD))
  let at = HEAD
  for (const one of chunks) {
    out.set(one, at)
    at += one.length
  }
  out.set(png.subarray(HEAD), at)
  return out
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length)
  out.set(new TextEncoder().encode(type), 4)
  out.set(data, 8)
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)))
  return out
}
