import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PAPER_POLICY } from '#shared/domain/labels.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import { stepsPerEpoch, trainingShard } from '../data/sampler.ts'
import { globalBatch, withWorkers } from './elastic.ts'

const config: RunConfig = {
  dataset: 'd', split: 'patient', splitSeed: 42, ratios: [80, 10, 10], policy: PAPER_POLICY, model: 'resnet18', head: 'linear', preset: 'as-described',
  epochs: 2, batch: 16, workers: 4, device: 'cpu', size: 32, lr: 1e-3, seed: 5, init: 'random', augment: 'none', maxRestarts: 0,
}

test('on fewer workers each takes several batches of a step, on more a smaller one, never a larger; there and back changes nothing', () => {
  const spread = (workers: number, from = config): (number | undefined)[] => {
    const { workers: n, batch, accumulate } = withWorkers(from, workers)
    return [n, batch, accumulate]
  }
  assert.deepEqual(spread(2), [2, 16, 2])
  assert.deepEqual(spread(1), [1, 16, 4])
  assert.deepEqual(spread(8), [8, 8, undefined])
  assert.deepEqual(spread(3, { ...config, batch: 9 }), [3, 6, 2])
  assert.deepEqual(withWorkers(withWorkers(config, 2), 4), config)
  for (const workers of [1, 2, 4, 8, 16, 32, 64]) assert.equal(globalBatch(withWorkers({ ...config, accumulate: 3 }, workers)), 192)
  assert.throws(() => withWorkers(config, 3), { code: 'WORKERS_UNEVEN', remedy: 'Resume on 1, 2, 4, 8, 16, 32, 64.' })
})

test('a step is made of the same films however many workers share it', () => {
  const rows = Int32Array.from({ length: 500 }, (_, i) => 3 * i)
  const filmsOfSteps = ({ workers, batch, accumulate = 1 }: RunConfig): number[][] => {
    const sharding = { ranks: workers, batch: batch * accumulate }
    const shards = Array.from({ length: workers }, (_, rank) => trainingShard(rows, 2, 9, { ...sharding, rank }).rows)
    return Array.from({ length: stepsPerEpoch(rows.length, sharding) }, (_, step) =>
      shards.flatMap((own) => [...own.subarray(step * sharding.batch, (step + 1) * sharding.batch)]).sort((a, b) => a - b))
  }
  const whole = filmsOfSteps(config)
  assert.equal(whole.length, 7)
  for (const workers of [1, 2, 8]) assert.deepEqual(filmsOfSteps(withWorkers(config, workers)), whole)
})
