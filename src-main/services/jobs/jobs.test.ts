import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import type { Job } from '#shared/domain/job.ts'
import { CodedError } from '#shared/errors.ts'
import type { Host } from '#main/host/host.ts'
import { openDatabase } from '#main/store/connection.ts'
import { openStore } from '#main/store/index.ts'
import { JobsService } from './jobs.ts'
import { Progress } from './progress.ts'

function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  const store = openStore(folder)
  const told: Job[] = []
  const host: Host = {
    kind: 'cli',
    fork: () => {
      throw new Error('no processes here')
    },
    emit: (name, payload) => void (name === 'job' && told.push(payload as Job)),
  }
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder, store, host, told, jobs: new JobsService(store, host) }
}

test('jobs of one kind run one after the other, in order; another kind beside them', async (t) => {
  const { jobs } = setUp(t)
  const log: string[] = []
  let letGo = (): void => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const run = async (name: string): Promise<Job['result']> => {
    log.push(`${name} begins`)
    if (name === 'a') await gate
    log.push(`${name} ends`)
    return { name }
  }
  jobs.register('import', { resumable: false, run })
  jobs.register('predict', { resumable: false, run })
  const [a, b, c] = [jobs.start('import', '', 'a'), jobs.start('import', '', 'b'), jobs.start('predict', '', 'c')]
  assert.equal((await jobs.ended(c.id)).state, 'finished')
  assert.deepEqual([jobs.get(a.id).state, jobs.get(b.id).state], ['running', 'queued'])
  letGo()
  assert.deepEqual((await jobs.ended(b.id)).result, { name: 'b' })
  assert.deepEqual(log, ['a begins', 'c begins', 'c ends', 'a ends', 'b begins', 'b ends'])
})

test('a failure keeps its code, what was skipped and how far it came; a resume starts over', async (t) => {
  const { jobs } = setUp(t)
  let fails = true
  jobs.register<string>('import', {
    resumable: true,
    async run(_input, job) {
      job.progress(3, 10)
      job.skip({ path: 'a', code: 'B', message: 'c' })
      if (fails) throw new CodedError('DISK_FULL', 'The disk is full.', { remedy: 'Make room.' })
      return null
    },
  })
  const failed = await jobs.ended(jobs.start('import', '', '').id)
  assert.deepEqual([failed.state, failed.error, failed.done, failed.total, failed.skippedCount], ['failed', { code: 'DISK_FULL', message: 'The disk is full.', remedy: 'Make room.' }, 3, 10, 1])
  fails = false
  jobs.resume(failed.id)
  const ended = await jobs.ended(failed.id)
  assert.deepEqual([ended.state, ended.error, jobs.skipped(ended.id).length], ['finished', null, 1])
  assert.throws(() => jobs.resume(ended.id), { code: 'JOB_NOT_RESUMABLE' })
  assert.deepEqual([jobs.clear(), jobs.list()], [1, []])
})

test('cancel ends a running job and one that still waits', async (t) => {
  const { jobs } = setUp(t)
  jobs.register('import', {
    resumable: true,
    async run(_input, job) {
      for (;;) await job.breathe()
    },
  })
  const [first, second] = [jobs.start('import', '', ''), jobs.start('import', '', '')]
  const waiting = jobs.cancel(second.id)
  await new Promise(setImmediate)
  assert.equal((await jobs.cancel(first.id)).state, 'cancelled')
  assert.equal((await waiting).state, 'cancelled')
  const third = jobs.start('import', '', '')
  await new Promise(setImmediate)
  await jobs.close()
  assert.equal(jobs.get(third.id).state, 'interrupted', 'the end of the program is no cancel')
})

test('jobs of a process that is gone are interrupted, those of one that lives are not', (t) => {
  const { folder, store, host } = setUp(t)
  const job = store.jobs.create({ kind: 'import', title: '', input: {}, resumable: true })
  const db = openDatabase(join(folder, 'library.db'))
  const stateUnder = (pid: number) => {
    db.prepare("UPDATE jobs SET state = 'running', pid = ?").run(pid)
    new JobsService(store, host)
    return store.jobs.get(job.id).state
  }
  const gone = spawnSync(process.execPath, ['-e', '']).pid
  assert.deepEqual([stateUnder(gone), stateUnder(process.ppid)], ['interrupted', 'running'])
  db.close()
})

test('pages are told of the beginning, the end, and little between', async (t) => {
  const { jobs, told } = setUp(t)
  jobs.register('import', {
    resumable: false,
    async run(_input, job) {
      for (let i = 0; i <= 10_000; i++) job.progress(i, 10_000)
      return null
    },
  })
  const job = await jobs.ended(jobs.start('import', '', '').id)
  assert.deepEqual([told[0]!.state, told.at(-1)!.state, told.at(-1)!.done], ['queued', 'finished', 10_000])
  const between = told.filter(({ state }) => state === 'running').length
  const seconds = (Date.parse(job.endedAt!) - Date.parse(job.startedAt)) / 1000
  assert.ok(between <= 2 + Math.ceil(seconds * 5), `${between} in ${seconds} s`)
})

test('rate over the last seconds, time left from it; a stall shows', () => {
  let now = 0
  const progress = new Progress(() => now)
  const go = (until: number, total: number, done: (at: number) => number): void => {
    while (now < until) progress.set(done((now += 0.5)), total)
  }
  go(20, 1000, (at) => at * 10)
  assert.ok(Math.abs(progress.rate - 10) < 0.5, `${progress.rate}`)
  assert.ok(Math.abs(progress.timeLeft! - 80) < 5)
  go(40, 10_000, (at) => 200 + (at - 20) * 100)
  assert.ok(Math.abs(progress.rate - 100) < 5, 'the slow start is forgotten')
  const { rate } = progress
  now += 10
  assert.ok(progress.rate < rate / 2)
})
