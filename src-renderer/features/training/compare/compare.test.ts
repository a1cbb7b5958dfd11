import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PAPER_POLICY } from '../../../../src-shared/domain/labels.ts'
import type { RunConfig } from '../../../../src-shared/domain/run.ts'
import { differences, settingsOf } from '../settings.ts'
import { joined } from './curves.ts'

const config: RunConfig = {
  dataset: 'ds1', split: 'patient', splitSeed: 42, ratios: [80, 10, 10], policy: PAPER_POLICY, model: 'resnet18', head: 'linear', preset: 'as-described',
  epochs: 2, batch: 4, workers: 2, device: 'cpu', size: 32, lr: 1e-3, seed: 1, init: 'random', augment: 'none', maxRestarts: 0,
}
const run = (change: Partial<RunConfig>) => ({ datasetName: 'films', config: { ...config, ...change } })

test('only settings that differ are told, what was left alone with its default', () => {
  const told = differences([run({}), run({ lr: 3e-4, accumulate: 2 }), run({ accumulate: 1 })])
  assert.deepEqual(told.map(({ key, values }) => [key, ...values]), [['lr', '1e-3', '3e-4', '1e-3'], ['accumulate', '1', '2', '1']])
  assert.deepEqual(differences([run({}), run({})]), [])
})

test('every setting of a run has a name', () => {
  const ours = settingsOf(run({ cluster: { workers: ['a:1', 'b:2'], index: 0 }, clipNorm: 1 }))
  assert.deepEqual(ours.filter(({ label, value }) => !label || !value), [])
  const told = new Set(ours.map(({ key }) => key))
  const kept = Object.keys(config).filter((key) => !told.has(key))
  assert.deepEqual(kept, [], 'a setting of the configuration that no table shows')
})

test('lines of several runs lie over one axis', () => {
  assert.deepEqual(joined([{ x: [1, 2], y: [0.5, 0.6] }, { x: [2, 3], y: [0.7, null] }]), [[1, 2, 3], [0.5, 0.6, null], [null, 0.7, null]])
  assert.deepEqual(joined([]), [[]])
})
