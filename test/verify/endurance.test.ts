/** Ten thousand steps: memory stays where it is, and the process of a rank stays awake to what it is told. Needs a core of its own. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startCluster } from '#main/engine/cluster/coordinator.ts'
import { noiseRun } from '#main/engine/training/testing/films.ts'
import { childFork } from '#main/host/childFork.ts'
import { PAPER_POLICY } from '#shared/domain/labels.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import type { Gauges } from './endurance/trainer.ts'

const STEPS = 10_000
/** 2,000 to train on: 1,000 steps an epoch. */
const FILMS = 2_667
const config: RunConfig = {
  dataset: 'noise', split: 'patient', splitSeed: 42, ratios: [75, 25, 0], policy: PAPER_POLICY, model: 'resnet18', head: 'linear',
  preset: 'as-described', epochs: STEPS / 1_000, batch: 2, workers: 1, device: 'cpu', size: 32, lr: 1e-4, seed: 5, init: 'random', augment: 'paper', maxRestarts: 0,
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

test(`${STEPS} steps of 32 pixels: memory is flat, no call holds up the process`, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xclassifier-endurance-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await noiseRun(folder, FILMS, { run: 'long', config })
  const request = { run: 'long', folder, workers: 1, device: 'cpu' as const, maxRestarts: 0, resume: false, threads: { intra: 1, inter: 1 } }
  const { outcome } = await startCluster(request, childFork(join(import.meta.dirname, 'endurance')), () => undefined).ended
  assert.equal(outcome, 'done')

  const { delay, native, samples } = JSON.parse(await readFile(join(folder, 'gauges.json'), 'utf8')) as Gauges
  const within = (from: number, to: number): Gauges['samples'] => samples.filter(({ step }) => step > from && step <= to)
  const windows = Array.from({ length: 10 }, (_, i) => median(within((i * STEPS) / 10, ((i + 1) * STEPS) / 10).map(({ rss }) => rss)))
  t.diagnostic(`resident memory by tenth, MiB: ${windows.map((rss) => (rss / 2 ** 20).toFixed(1)).join(' ')}`)
  t.diagnostic(`event loop delay ms: ${JSON.stringify(delay)}; synchronous native calls: ${JSON.stringify(native)}; load ${loadavg()[0]!.toFixed(1)}`)
  const settled = windows.slice(2)
  assert.ok(Math.max(...settled) / Math.min(...settled) < 1.02, 'resident memory moves by 2 % or more')
  // The first validation compiles the network for prediction.
  const tensors = new Set(within(STEPS / 10, STEPS).map(({ tensors }) => tensors))
  assert.equal(tensors.size, 1, `live tensors: ${[...tensors].join(', ')}`)
  assert.ok(native.ms < 50, `${native.call} took ${native.ms} ms`)
  assert.ok(delay.p99 < 50, `${delay.p99} ms`)
})
