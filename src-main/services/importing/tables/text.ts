import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { TextDecoder } from 'node:util'
import { createGunzip } from 'node:zlib'

/**
 * The text of a file, piece by piece: gzipped or not, UTF-8 or UTF-16, with a byte order mark or without; told by its first bytes, not by its name.
 * @throws what the file system and zlib say
 */
export async function* textOf(path: string): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null
  for await (const chunk of bytesOf(path)) {
    decoder ??= new TextDecoder(encodingOf(chunk))
    yield decoder.decode(chunk, { stream: true })
  }
  const rest = decoder?.decode()
  if (rest) yield rest
}

/** Its bytes, unzipped. */
export async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const source = (await isGzip(path)) ? gunzipped(path) : createReadStream(path, { highWaterMark: 1 << 18 })
  try {
    for await (const chunk of source) yield chunk as Buffer
  } finally {
    source.destroy()
  }
}

async function isGzip(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(2) })
  return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b
}

function gunzipped(path: string): Readable {
  const stream = createReadStream(path, { highWaterMark: 1 << 18 })
  const gunzip = createGunzip({ chunkSize: 1 << 18 })
  stream.on('error', (error) => gunzip.destroy(error))
  gunzip.on('close', () => stream.destroy())
  return stream.pipe(gunzip)
}

/** A byte order mark (Unicode 23.8), else the zero byte that UTF-16 has beside every ASCII letter. */
function encodingOf([first, second]: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be'
  return 'utf-8'
}
