/** The files of a run on a machine that is not the chief: found where they are, or fetched. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CodedError } from '#shared/errors.ts'
import type { Address } from './addresses.ts'
import { FILES_PATH, type SharedFile, TOKEN_HEADER } from './messages.ts'

const BLOCK = 64 * 1024
/** Of a large file, so many blocks are looked at, evenly spread: a whole pack of a quarter of a million films is 11 GB. */
const BLOCKS = 1024

/** SHA-256 over the length of a file and its bytes; of more than 64 MiB, over 1,024 blocks of 64 KiB from the first to the last. */
export async function fingerprint(path: string): Promise<{ bytes: number; fingerprint: string }> {
  await using file = await open(path)
  const { size } = await file.stat()
  const hash = createHash('sha256').update(String(size))
  const buffer = Buffer.alloc(BLOCK)
  const count = Math.min(BLOCKS, Math.ceil(size / BLOCK))
  const step = count > 1 ? (size - BLOCK) / (count - 1) : 0
  for (let i = 0; i < count; i++) {
    const position = count < BLOCKS ? i * BLOCK : Math.round(i * step)
    const { bytesRead } = await file.read(buffer, 0, BLOCK, position)
    hash.update(buffer.subarray(0, bytesRead))
  }
  return { bytes: size, fingerprint: hash.digest('hex') }
}

export interface Source {
  chief: Address
  token: string
  signal: AbortSignal
  progress(name: string, done: number, bytes: number): void
}

/**
 * The path of a file on this machine: that of the chief where a shared drive has it there, one of `likely` that is the same, else fetched to
 * `target`.
 * @throws CodedError FILE_DIFFERS, MACHINE_LOST
 */
export async function obtain(file: SharedFile, likely: readonly string[], target: string, source: Source): Promise<string> {
  for (const path of [file.path, target, ...likely]) if (await isSame(path, file)) return path
  await fetchFile(file, target, source)
  if (await isSame(target, file)) return target
  await rm(target, { force: true })
  throw new CodedError('FILE_DIFFERS', `The ${file.name} of the run arrived other than the chief has it.`, { file: target, remedy: 'Start the run again; do not change the data set while it starts.' })
}

/** Files of a folder that end so; none where there is no folder. */
export async function filesIn(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name))
}

async function isSame(path: string, { bytes, fingerprint: wanted }: SharedFile): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true && found.size === bytes && (await fingerprint(path)).fingerprint === wanted
}

async function fetchFile({ name, bytes }: SharedFile, target: string, { chief, token, signal, progress }: Source): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const temporary = `${target}.${process.pid}.tmp`
  try {
    const response = await ask({ ...chief, path: `${FILES_PATH}${name}`, headers: { [TOKEN_HEADER]: token } }, signal)
    if (response.statusCode !== 200) throw new Error(`it answered ${response.statusCode}`)
    let done = 0
    response.on('data', (chunk: Buffer) => progress(name, (done += chunk.length), bytes))
    await pipeline(response, createWriteStream(temporary, { flush: true }), { signal })
    await rename(temporary, target)
  } catch (cause) {
    await rm(temporary, { force: true })
    signal.throwIfAborted()
    throw new CodedError('MACHINE_LOST', `The ${name} of the run could not be fetched from ${chief.host}:${chief.port}: ${(cause as Error).message}`, { cause })
  }
}

function ask(options: { host: string; port: number; path: string; headers: Record<string, string> }, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => get({ ...options, signal }, resolve).on('error', reject))
}
