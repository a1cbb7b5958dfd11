import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { childFork } from '#main/host/childFork.ts'
import type { DeviceSample, TrainEvent } from '#shared/domain/run.ts'
import { type ClusterRun, type RunEnd, startCluster } from './coordinator.ts'
import type { ForkedProcess } from './fork.ts'
import type { ClusterRequest } from './plan.ts'
import type { TrainerOptions } from './testing/trainer.ts'

type Of<E extends TrainEvent['event']> = Extract<TrainEvent, { event: E }>

interface Scene {
  run: ClusterRun
  events: TrainEvent[]
  /** Every process ever forked, in order. */
  processes: ForkedProcess[]
  folder: string
  of<E extends TrainEvent['event']>(name: E): Of<E>[]
}

function folderWith(t: TestContext, options: TrainerOptions): string {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'options.json'), JSON.stringify(options))
  return folder
}

function scene(folder: string, request: Partial<ClusterRequest>, on: (event: TrainEvent, scene: Scene) => void = () => undefined): Scene {
  const fork = childFork(join(import.meta.dirname, 'testing'))
  const of = <E extends TrainEvent['event']>(name: E): Of<E>[] => here.events.filter((e): e is Of<E> => e.event === name)
  const here = { events: [], processes: [], folder, of } as unknown as Scene
  here.run = startCluster(
    { run: 'r1', folder, workers: 2, device: 'cpu', maxRestarts: 0, collectiveTimeoutSeconds: 30, ...request },
    (...call) => here.processes[here.processes.push(fork(...call)) - 1]!,
    (event) => {
      here.events.push(event)
      on(event, here)
    },
  )
  return here
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
const assertAllGone = ({ processes }: Scene): void => processes.forEach(({ pid }) => assert.equal(isAlive(pid!), false, `process ${pid} is alive`))
const weights = (folder: string): { step: number; weights: number[] } => JSON.parse(readFileSync(join(folder, 'checkpoint.json'), 'utf8')) as { step: number; weights: number[] }
const failed = (end: RunEnd): Extract<RunEnd, { outcome: 'failed' }> => {
  assert.equal(end.outcome, 'failed', JSON.stringify(end))
  return end as Extract<RunEnd, { outcome: 'failed' }>
}
/** Does `action` at the first event that fits. */
const atStep = (step: number, action: (scene: Scene) => void) => (event: TrainEvent, here: Scene): void => {
  if (event.event === 'step' && event.step === step && here.of('restart').length === 0) action(here)
}

/** The regression of testing/trainer.ts over both ranks' data, in plain JavaScript. */
function expectedWeights(steps: number): [number, number] {
  const rows = [0, 1].flatMap((rank) => Array.from({ length: 16 }, (_, i) => ({ x: Math.sin(i + 16 * rank), y: 1 + rank + 3 * Math.sin(i + 16 * rank) })))
  let [a, b] = [0, 0]
  for (let n = 0; n < steps; n++) {
    const errors = rows.map(({ x, y }) => ({ x, error: a + b * x - y }))
    const mean = (of: (e: { x: number; error: number }) => number): number => errors.reduce((sum, e) => sum + of(e), 0) / rows.length
    ;[a, b] = [a - 0.2 * mean((e) => e.error), b - 0.2 * mean((e) => e.error * e.x)]
  }
  return [a, b]
}

/** As many steps as asked for were taken over both ranks' data, none twice and none left out. */
function assertTrained(folder: string, steps: number): void {
  const checkpoint = weights(folder)
  assert.equal(checkpoint.step, steps)
  expectedWeights(steps).forEach((w, i) => assert.ok(Math.abs(checkpoint.weights[i]! - w) < 1e-5, `weight ${i}: ${checkpoint.weights[i]}, not ${w}`))
}

test('two ranks train together: mean loss per step, checkpoints, and an end', async (t) => {
  const here = scene(folderWith(t, { steps: 30, stepMs: 5 }), {})
  assert.deepEqual(await here.run.ended, { outcome: 'done' })
  assertAllGone(here)
  const steps = here.of('step')
  assert.deepEqual(steps.map((s) => s.step), Array.from({ length: 30 }, (_, i) => i + 1))
  assert.ok(steps.every((s) => s.imagesPerSecond === 32))
  // Weights start at zero: the loss of rank r is the mean of its squared targets, (1 + r + 3 sin(i + 16 r))^2.
  const first = [0, 1].map((r) => Array.from({ length: 16 }, (_, i) => (1 + r + 3 * Math.sin(i + 16 * r)) ** 2).reduce((a, b) => a + b) / 16)
  assert.ok(Math.abs(steps[0]!.loss - (first[0]! + first[1]!) / 2) < 1e-5)
  assert.deepEqual(here.of('checkpoint').map((c) => c.step), [5, 10, 15, 20, 25, 30])
  assertTrained(here.folder, 30)
})

test('kill -9 of a rank ends the run with a reason, and resuming finishes it with the same result', async (t) => {
  const folder = folderWith(t, { steps: 30, stepMs: 20 })
  const here = scene(folder, {}, atStep(12, ({ processes }) => void process.kill(processes[1]!.pid!, 'SIGKILL')))
  const end = failed(await here.run.ended)
  assert.equal(end.error.code, 'WORKER_LOST')
  assert.deepEqual([end.rank, end.exit.signal], [1, 'SIGKILL'])
  assert.match(end.exit.reason, /^Worker 1 was ended by SIGKILL/)
  assert.deepEqual(here.of('error').map((e) => e.error.code), ['WORKER_LOST'])
  assertAllGone(here)

  const again = scene(folder, { resume: true })
  assert.deepEqual(await again.run.ended, { outcome: 'done' })
  assert.equal(again.of('step')[0]!.step, 11)
  assertTrained(folder, 30)
})

test('with restarts left, all ranks start anew from the last checkpoint', async (t) => {
  const here = scene(folderWith(t, { steps: 30, stepMs: 20 }), { maxRestarts: 1 }, atStep(8, ({ processes }) => void process.kill(processes[0]!.pid!, 'SIGKILL')))
  assert.deepEqual(await here.run.ended, { outcome: 'done' })
  assert.deepEqual(here.of('restart').map((r) => r.rank), [0])
  assert.equal(here.processes.length, 4)
  assertAllGone(here)
  assertTrained(here.folder, 30)
})

test('a frozen rank is found by its missing heartbeat', async (t) => {
  const here = scene(folderWith(t, { steps: 500, stepMs: 20 }), { heartbeatTimeoutSeconds: 5 }, atStep(6, ({ processes }) => void process.kill(processes[1]!.pid!, 'SIGSTOP')))
  const end = failed(await here.run.ended)
  assert.deepEqual([end.error.code, end.rank], ['WORKER_FROZEN', 1])
  assertAllGone(here)
})

test('device readings come for every rank; stop saves and ends; resume goes on', async (t) => {
  const readings: DeviceSample[][] = []
  const folder = folderWith(t, { steps: 100_000, stepMs: 20 })
  const here = scene(folder, {}, (event, { run }) => {
    if (event.event === 'device' && event.samples.length === 2 && readings.push(event.samples) === 2) run.stop('by the user')
  })
  assert.deepEqual(await here.run.ended, { outcome: 'stopped', reason: 'by the user' })
  for (const samples of readings) {
    assert.deepEqual(samples.map((s) => [s.rank, s.pid]), here.processes.map((p, rank) => [rank, p.pid]))
    assert.ok(samples.every((s) => s.memoryUsed > 1e8 && s.memoryUsed < s.memoryTotal && s.utilisation > 0 && s.utilisation <= 100))
  }
  const { step } = weights(folder)
  assert.deepEqual(here.of('stopped').map((s) => s.step), [step])
  assertAllGone(here)

  writeFileSync(join(folder, 'options.json'), JSON.stringify({ steps: step + 6, stepMs: 5 } satisfies TrainerOptions))
  const again = scene(folder, { resume: true })
  assert.deepEqual(await again.run.ended, { outcome: 'done' })
  assert.deepEqual(again.of('step').map((s) => s.step), [1, 2, 3, 4, 5, 6].map((i) => step + i))
  assertTrained(folder, step + 6)
})

test('a stop or a kill asked for before the processes run is not lost', async (t) => {
  const folder = folderWith(t, { steps: 100_000, stepMs: 20 })
  const stopped = scene(folder, {})
  stopped.run.stop('at once')
  assert.deepEqual(await stopped.run.ended, { outcome: 'stopped', reason: 'at once' })
  assert.equal(weights(folder).step, 1)
  const killed = scene(folder, {})
  killed.run.kill('the app quits')
  assert.deepEqual(await killed.run.ended, { outcome: 'stopped', reason: 'the app quits' })
  assert.equal(killed.processes.length, 0)
})

test('an error of the trainer\'s own is told as it is and not tried again', async (t) => {
  const here = scene(folderWith(t, { steps: 30, stepMs: 10, fail: { rank: 1, how: 'coded' } }), { maxRestarts: 3 })
  const end = failed(await here.run.ended)
  assert.deepEqual([end.error.code, end.error.file, end.rank, end.exit.code], ['PACK_MISSING', 'films.npy', 1, 1])
  assert.equal(here.of('restart').length, 0)
  assertAllGone(here)
})

test('a process that just leaves is lost; restarts are counted', async (t) => {
  const here = scene(folderWith(t, { steps: 30, stepMs: 10, fail: { rank: 0, how: 'exit' } }), { workers: 1, maxRestarts: 1 })
  const end = failed(await here.run.ended)
  assert.deepEqual([end.error.code, end.exit.code, end.exit.signal], ['WORKER_LOST', 7, null])
  assert.equal(here.of('restart').length, 1)
})

test('when the coordinator is killed no rank is left', async (t) => {
  const folder = folderWith(t, { steps: 5000, stepMs: 20 })
  const parent = spawn(process.execPath, [join(import.meta.dirname, 'testing', 'orphan.ts'), folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const pids: number[] = []
  for await (const line of createInterface({ input: parent.stdout })) {
    if (line === 'step') break
    pids.push(Number(line))
  }
  assert.equal(pids.length, 2)
  assert.ok(pids.every(isAlive))
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  while (pids.some(isAlive)) await sleep(50) // the test's own time limit ends it
})
