import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import type { DecodePool } from '#main/dicom/index.ts'
import { importNow, testLibrary } from '#main/services/testing/library.ts'
import { corpus } from './corpus.ts'
import { mutate } from './mutator.ts'

export interface Tally {
  films: number
  /** Of all tasks, by outcome: `ok` or the code. */
  outcomes: Record<string, number>
  imported: number
  skipped: number
  /** Of one task of one film. */
  slowest: { seconds: number; film: string }
  /** Greatest resident memory of this process, all decoders in it. */
  rss: number
  /** What must not happen. */
  failures: string[]
}

const TASKS = ['inspect', 'displayPng', 'viewer', 'tags'] as const
/** What no film may do: an error without code, a decoder that died, or one that had to be stopped for its time. */
const FORBIDDEN = ['NONE', 'INTERNAL', 'DECODE_CRASHED', 'DECODE_TIMEOUT']
const BATCH = 50

/** Damages films by seed, reads, decodes, rewrites and imports each, and looks at the library at the end. */
export async function trial(t: TestContext, first: number, count: number): Promise<Tally> {
  const { services, folder } = testLibrary(t)
  const films = corpus()
  const tally: Tally = { films: 0, outcomes: {}, imported: 0, skipped: 0, slowest: { seconds: 0, film: '' }, rss: 0, failures: [] }
  for (let seed = first; seed < first + count; seed += BATCH) {
    const batch = join(folder, `batch-${seed}`)
    mkdirSync(batch)
    const paths = Array.from({ length: Math.min(BATCH, first + count - seed) }, (_, i) => {
      const { name, bytes } = films[(seed + i) % films.length]!
      const path = join(batch, `${seed + i}${extname(name)}`)
      writeFileSync(path, mutate(bytes, seed + i).bytes)
      return path
    })
    await Promise.all(paths.map((path) => read(services.pool, path, tally)))
    const job = await importNow(services, batch, { as: 'studies' })
    assert.equal(job.state, 'finished', `films ${seed} and on: ${JSON.stringify(job.error)}`)
    const { images = 0, known = 0 } = job.result as { images?: number; known?: number }
    assert.equal(images + known + job.skippedCount, paths.length, `films ${seed} and on: each is filed or named as skipped`)
    tally.imported += images
    tally.skipped += job.skippedCount
    tally.films += paths.length
    rmSync(batch, { recursive: true })
  }
  checkLibrary(join(folder, 'data', 'library.db'))
  return tally
}

async function read(pool: DecodePool, path: string, tally: Tally): Promise<void> {
  for (const task of TASKS) {
    const began = performance.now()
    const error = await pool.run({ task, path }).then(() => null, (failure: { code?: string; message?: string; file?: string }) => failure)
    const seconds = (performance.now() - began) / 1000
    if (seconds > tally.slowest.seconds) tally.slowest = { seconds, film: path }
    tally.rss = Math.max(tally.rss, process.memoryUsage.rss())
    const code = error ? (error.code ?? 'NONE') : 'ok'
    tally.outcomes[code] = (tally.outcomes[code] ?? 0) + 1
    if (FORBIDDEN.includes(code)) tally.failures.push(`${task} of ${basename(path)}: ${code}: ${error?.message}`)
    else if (error && error.file !== path) tally.failures.push(`${task} of ${basename(path)}: the error names ${error.file}`)
  }
}

function checkLibrary(path: string): void {
  const db = new Database(path, { readonly: true })
  try {
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
    assert.deepEqual(db.pragma('foreign_key_check'), [])
  } finally {
    db.close()
  }
}
