import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { CodedError } from '#shared/errors.ts'

export interface Download {
  address: string
  /** What comes grows here, and stays after a failure, so that the next try goes on where this one ended. */
  part: string
  /** Of the whole file, as hex. */
  sha256: string
  signal: AbortSignal
  /** Bytes; `total` is 0 while it is not known. */
  progress(done: number, total: number): void
  /** What to do without a network. */
  remedy: string
}

/** Far above any weights here: a wrong address must not fill the disk. */
const MOST_BYTES = 512e6
/** A server that says nothing for so long is gone. */
const STALLED_MS = 60_000

/**
 * Fetches one file, goes on after an interruption, and checks it.
 * @throws CodedError DOWNLOAD_FAILED, CHECKSUM_MISMATCH (the part is removed)
 */
export async function download(wanted: Download): Promise<void> {
  await receive(wanted)
  const found = await digest(wanted.part)
  if (found === wanted.sha256) return
  await rm(wanted.part, { force: true })
  throw new CodedError('CHECKSUM_MISMATCH', `What came from ${wanted.address} is not the file that was asked for: its sha256 is ${found}, not ${wanted.sha256}.`, {
    remedy: `Check the address under Settings. ${wanted.remedy}`,
  })
}

async function receive({ address, part, signal, progress, remedy }: Download): Promise<void> {
  const failed = (why: string, cause?: unknown): CodedError => new CodedError('DOWNLOAD_FAILED', `${address} could not be fetched: ${why}.`, { cause, remedy: `Try again; what came is kept. ${remedy}` })
  if (!/^https?:\/\//.test(address)) throw failed('it is no address of the web')
  const have = (await stat(part).catch(() => null))?.size ?? 0
  const stalled = new AbortController()
  const timer = setTimeout(() => stalled.abort(), STALLED_MS)
  try {
    const response = await fetch(address, { headers: have ? { range: `bytes=${have}-` } : {}, signal: AbortSignal.any([signal, stalled.signal]) })
    if (response.status === 416) return // It was whole already, or is of another file: the digest tells.
    if (!response.ok || !response.body) throw failed(`the server answers ${response.status}`)
    const goesOn = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true
    if (response.status === 206 && !goesOn) throw failed('the server sends another part than the one asked for')
    let done = goesOn ? have : 0
    const length = Number(response.headers.get('content-length') ?? NaN)
    const total = Number.isFinite(length) ? done + length : 0
    await using file = await open(part, goesOn ? 'a' : 'w')
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      timer.refresh()
      done += chunk.length
      if (done > MOST_BYTES) throw failed(`it is larger than ${MOST_BYTES / 1e6} MB`)
      await file.writeFile(chunk)
      progress(done, total)
    }
    await file.sync()
    if (total && done < total) throw failed(`it ended after ${done} of ${total} bytes`)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof CodedError) throw error
    throw failed(stalled.signal.aborted ? `nothing came for ${STALLED_MS / 1000} seconds` : reasonOf(error), error)
  } finally {
    clearTimeout(timer)
  }
}

/** `fetch` hides what the system said in the cause. */
function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  return cause?.code ?? cause?.message ?? String((error as Error).message)
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
