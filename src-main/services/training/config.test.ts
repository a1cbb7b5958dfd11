import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInput } from '#shared/contracts/training.ts'
import { resolveConfig } from './config.ts'

const machine = { cpu: { model: '', cores: 1, memoryTotal: 1 }, gpus: [], imagenetInstalled: false, defaults: { device: 'cpu' as const, workers: 1, batch: 16 } }
const place = '/data/weights/densenetblur121d.safetensors'

test('without the weights the error says which file to bring and where to', () => {
  assert.throws(() => resolveConfig(runInput.parse({ dataset: 'd' }), machine, null, place), (error: { code: string; remedy: string }) => {
    assert.equal(error.code, 'INIT_UNAVAILABLE')
    for (const part of ['timm/densenetblur121d.ra_in1k', 'model.safetensors', '32.4 MB', 'Apache-2.0', place, 'Settings']) assert.ok(error.remedy.includes(part), error.remedy)
    return true
  })
})

test('options that are asked for are in the configuration, others are not', () => {
  const options = { patience: 3, clipNorm: 1, labelSmoothing: 0.1, posWeight: 'auto' as const, accumulate: 2 }
  const asked = resolveConfig(runInput.parse({ dataset: 'd', ...options }), machine, 'file', place)
  const plain = resolveConfig(runInput.parse({ dataset: 'd' }), machine, 'file', place)
  assert.deepEqual(asked, { ...plain, ...options })
  assert.ok(Object.keys(options).every((option) => !(option in plain)))
})
