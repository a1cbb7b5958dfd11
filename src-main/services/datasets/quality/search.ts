import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { CodedError } from '#shared/errors.ts'
import type { Prints, Twins } from './duplicates.ts'
import type { Told } from './duplicates-worker.ts'

/** As `DuplicateSearch`, in a thread of its own; the prints are handed over. @throws SEARCH_FAILED, or the signal's reason */
export async function findDuplicates(prints: Prints, signal: AbortSignal, progress: (done: number, total: number) => void): Promise<Twins> {
  signal.throwIfAborted()
  const { pixels, hashes, frequencies, usable } = prints
  const worker = new Worker(workerEntry(), { workerData: prints, transferList: [pixels, hashes, frequencies, usable].map(({ buffer }) => buffer as ArrayBuffer) })
  const stop = (): void => void worker.terminate()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await new Promise<Twins>((resolve, reject) => {
      const fail = (cause?: unknown): void => reject(signal.aborted ? signal.reason : new CodedError('SEARCH_FAILED', 'The search for duplicates ended early.', { cause, remedy: 'Check the films again.' }))
      worker.on('message', (told: Told) => ('twins' in told ? resolve(told.twins) : progress(told.done, told.total)))
      worker.on('error', fail)
      worker.on('exit', () => fail())
    })
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

/** Beside this file when run from sources; in the bundle an entry of its own. */
function workerEntry(): URL {
  const candidates = ['./duplicates-worker.ts', './duplicates-worker.js', '../duplicates-worker.js'].map((name) => new URL(name, import.meta.url))
  return candidates.find((url) => existsSync(fileURLToPath(url))) ?? candidates[1]!
}
