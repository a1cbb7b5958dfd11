/**
 * Twenty runs in which a rank is killed or frozen at a random moment. Each must end as if nothing had happened: the same steps, epochs and
 * films, the same weights to the bit on every rank, and no process left.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Mersenne } from '#main/engine/data/mersenne.ts'
import { noiseRun } from '#main/engine/training/testing/films.ts'
import { alive, epochsOf, filmsOf, lastDigests, modelHash, stepsOf, watchedRun, type Ran } from '#main/engine/training/testing/watched-run.ts'
import { PAPER_POLICY } from '#shared/domain/labels.ts'
import type { RunConfig } from '#shared/domain/run.ts'

const config: RunConfig = {
  dataset: 'noise', split: 'patient', splitSeed: 42, ratios: [75, 25, 0], policy: PAPER_POLICY, model: 'resnet18', head: 'concat-pool',
  preset: 'as-described', epochs: 2, batch: 4, workers: 2, device: 'cpu', size: 32, lr: 1e-3, seed: 5, init: 'random', augment: 'paper', maxRestarts: 3, deterministic: true,
}
/** 48 to train on, in whole steps of two ranks and of three; 16 to validate on, which three ranks have to pad. */
const FILMS = 64
const TRAINED = Array.from({ length: 48 }, (_, i) => i)
const FAULTS_EACH = 10

interface Fault {
  step: number
  rank: number
  signal: 'SIGKILL' | 'SIGSTOP'
  /** After the step was told, so that every part of the next one is met: forward, reductions, update, validation, checkpoint. */
  delayMs: number
}

async function disturb(folder: string, workers: number, fault?: Fault): Promise<Ran> {
  await noiseRun(folder, FILMS, { run: 'watched', config: { ...config, workers } })
  let struck = false
  return watchedRun(folder, { workers, maxRestarts: 3, heartbeatTimeoutSeconds: 10 }, (event, { pids }) => {
    if (!fault || struck || event.event !== 'step' || event.step !== fault.step) return
    struck = true
    const pid = pids()[fault.rank]!
    setTimeout(() => alive([pid]).length && process.kill(pid, fault.signal), fault.delayMs)
  })
}

for (const workers of [2, 3]) {
  const steps = (2 * TRAINED.length) / (workers * config.batch)
  test(`${workers} ranks, one of them killed or frozen at a random moment, ${FAULTS_EACH} times`, async (t: TestContext) => {
    const root = await mkdtemp(join(tmpdir(), 'xclassifier-faults-'))
    t.after(() => rm(root, { recursive: true, force: true }))
    const whole = await disturb(join(root, 'whole'), workers)
    check(whole, workers, steps)
    const random = new Mersenne(workers)
    const draw = (n: number): number => Math.floor(random.uniform() * n)
    for (let i = 0; i < FAULTS_EACH; i++) {
      const fault: Fault = { step: 1 + draw(steps - 1), rank: draw(workers), signal: draw(2) ? 'SIGKILL' : 'SIGSTOP', delayMs: draw(400) }
      const ran = await disturb(join(root, `fault${i}`), workers, fault)
      const restarts = ran.events.filter(({ event }) => event === 'restart').length
      t.diagnostic(`${fault.signal} of rank ${fault.rank} ${fault.delayMs} ms after step ${fault.step}: ${restarts} restart, steps told ${stepsOf(ran).length}`)
      check(ran, workers, steps)
      assert.deepEqual(epochsOf(ran), epochsOf(whole))
      assert.deepEqual(lastDigests(ran.folder, workers), lastDigests(whole.folder, workers))
      assert.equal(modelHash(ran), modelHash(whole))
    }
  })
}

function check(ran: Ran, workers: number, steps: number): void {
  assert.deepEqual(ran.end, { outcome: 'done' })
  assert.deepEqual(stepsOf(ran), Array.from({ length: steps }, (_, i) => i + 1))
  assert.equal(ran.events.find(({ event }) => event === 'done')?.['steps' as never], steps)
  assert.deepEqual(alive(ran.pids), [])
  assert.equal(new Set(lastDigests(ran.folder, workers)).size, 1)
  assert.deepEqual(filmsOf(ran.folder, workers), [TRAINED, TRAINED])
  assert.equal(epochsOf(ran).length, 2)
}
