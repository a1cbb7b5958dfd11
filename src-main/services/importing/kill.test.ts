import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openDatabase } from '#main/store/connection.ts'
import { createServices } from '../index.ts'
import { HEADER, line } from '../testing/library.ts'

const ROWS = 12_000
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

  for (const [killAt, stored] of [[4_321, 4_000], [4_000, 4_000], [8_999, 8_000]] as const) {
    const child = fork(join(import.meta.dirname, '../testing/importProcess.ts'), [dataFolder, csv, String(killAt)])
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL'])

    const db = openDatabase(join(dataFolder, 'library.db'))
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
    assert.deepEqual(db.pragma('foreign_key_check'), [])
    const count = (table: string) => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!
    assert.deepEqual(['labels', 'dataset_images', 'images'].map(count), [stored, stored, stored], 'whole batches only')
    db.close()
  }

  const services = createServices({ dataFolder, host: { kind: 'cli', fork: noFork, emit: () => {} } })
  t.after(() => services.close())
  const jobs = services.jobs.list()
  assert.deepEqual(jobs.map(({ state, resumable }) => [state, resumable]), Array(3).fill(['interrupted', true]))
  const ended = await services.jobs.ended(services.jobs.resume(jobs[0]!.id).id)
  assert.deepEqual([ended.state, ended.result!['images'], ended.result!['labelled'], ended.skippedCount], ['finished', ROWS, ROWS - ROWS / 3, 0])
})
