import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CodedError, toErrorShape } from '#shared/errors.ts'

/** A whole-slide scan or a ZIP of a ward's month fits; a runaway upload does not. */
export const MAX_UPLOAD_BYTES = 4 * 1024 ** 3

/** `POST /upload?name=sub/folder/file.dcm&batch=<id>`: keeps the body under `<inbox>/<batch>/<name>` and answers `{path}`. */
export async function receiveUpload(message: IncomingMessage, query: URLSearchParams, inbox: string, maxBytes = MAX_UPLOAD_BYTES): Promise<Response> {
  try {
    const path = uploadPath(inbox, query.get('batch') ?? '', query.get('name') ?? '')
    if (Number(message.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
    await mkdir(dirname(path), { recursive: true })
    await store(message, path, maxBytes)
    return Response.json({ path })
  } catch (error) {
    const shape = toErrorShape(error)
    return Response.json({ error: shape }, { status: shape.code === 'UPLOAD_TOO_LARGE' ? 413 : shape.code === 'UPLOAD_NAME' ? 400 : 500 })
  }
}

/** Only names that stay below the batch's folder; a folder dropped in the browser keeps its shape. */
export function uploadPath(inbox: string, batch: string, name: string): string {
  const parts = name.split('/')
  const bad = (part: string): boolean => part === '' || part === '.' || part === '..' || /[\\\0:]/.test(part) || part.length > 255
  if (!/^[\w-]{1,64}$/.test(batch) || name.length > 2048 || parts.some(bad)) {
    throw new CodedError('UPLOAD_NAME', 'The name of an uploaded file is not acceptable.', { remedy: 'Rename the file without \\ and : and drop it again.' })
  }
  return join(inbox, batch, ...parts)
}

async function store(message: IncomingMessage, path: string, maxBytes: number): Promise<void> {
  const partial = `${path}.part`
  let received = 0
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      if (received > maxBytes) done(tooLarge(maxBytes))
      else done(null, chunk)
    },
  })
  try {
    await pipeline(message, limit, createWriteStream(partial, { mode: 0o600 }))
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

const tooLarge = (maxBytes: number): CodedError =>
  new CodedError('UPLOAD_TOO_LARGE', `The file is larger than ${Math.floor(maxBytes / 1024 ** 2)} MiB.`, { remedy: 'Open it from its folder with "Open files" instead of dropping it.' })
