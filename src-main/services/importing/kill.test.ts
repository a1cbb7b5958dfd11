import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { Job } from '#shared/domain/job.ts'
import { openDatabase } from '#main/store/connection.ts'
import { createServices } from '../index.ts'
import { HEADER, line } from '../testing/library.ts'

const ROWS = 60_000
const noFork = () => {
  throw new Error('no processes here')
}

test('kill -9 in the middle of an import: the library opens, is whole, the job is interrupted and goes on', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const csv = join(folder, 'train.csv')
  const rows = Array.from({ length: ROWS }, (_, i) => line(`set/train/patient${i >> 1}/study1/view${i & 1}.jpg`, { Edema: i % 3 ? '1.0' : '-1.0' }))
  writeFileSync(csv, `${HEADER.join(',')}\n${rows.join('\n')}\n`)
  const dataFolder = join(folder, 'data')

  let images = 0
  // Each round kills at another moment: after the first batch, and then further on.
  for (const after of [1, 2, 5]) {
    const child = fork(join(import.meta.dirname, '../testing/importProcess.ts'), [dataFolder, csv], { serialization: 'advanced' })
    let seen = 0
    child.on('message', (job: Job) => {
      if (job.state === 'running' && job.done > images && ++seen === after) child.kill('SIGKILL')
    })
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    assert.deepEqual([code, signal], [null, 'SIGKILL'], 'the import ended before it could be killed')

    const db = openDatabase(join(dataFolder, 'library.db'))
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
    assert.deepEqual(db.pragma('foreign_key_check'), [])
    const count = (table: string) => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!
    assert.deepEqual([count('labels'), count('images')], [count('dataset_images'), count('dataset_images')], 'no half rows')
    images = count('images')
    assert.ok(images > 0 && images < ROWS, `${images} rows`)
    db.close()
  }

  const services = createServices({ dataFolder, host: { kind: 'cli', fork: noFork, emit: () => {} } })
  t.after(() => services.close())
  const jobs = services.jobs.list()
  assert.deepEqual(jobs.map(({ state, resumable }) => [state, resumable]), Array(3).fill(['interrupted', true]))
  const ended = await services.jobs.ended(services.jobs.resume(jobs[0]!.id).id)
  assert.deepEqual([ended.state, ended.result!['images'], ended.result!['labelled'], ended.skippedCount], ['finished', ROWS, ROWS - ROWS / 3, 0])
})
