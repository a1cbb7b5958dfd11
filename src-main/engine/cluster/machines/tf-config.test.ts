import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CodedError } from '#shared/errors.ts'
import { readTfConfig } from './tf-config.ts'

const config = (cluster: unknown, task: unknown = { type: 'worker', index: 0 }): string => JSON.stringify({ cluster, task, environment: 'cloud' })
const TWO = { worker: ['a:4000', 'b:4000'] }

test('workers in their order, a chief before them, and who this machine is', () => {
  assert.deepEqual(readTfConfig(config(TWO, { type: 'worker', index: 1 })), { workers: ['a:4000', 'b:4000'], index: 1 })
  assert.deepEqual(readTfConfig(config({ chief: ['c:1'], ...TWO }, { type: 'worker', index: 1 })), { workers: ['c:1', 'a:4000', 'b:4000'], index: 2 })
  assert.deepEqual(readTfConfig(config({ ...TWO, master: ['c:1'] }, { type: 'master', index: 0 })), { workers: ['c:1', 'a:4000', 'b:4000'], index: 0 })
  assert.equal(readTfConfig(config(TWO, { type: 'worker', index: '1' }))?.index, 1)
})

test('one machine is no cluster', () => assert.equal(readTfConfig(config({ worker: ['a:1'] })), undefined))

for (const [text, code, names] of [
  ['{', 'TF_CONFIG_JSON', /not JSON/],
  ['[]', 'TF_CONFIG_INVALID', /TF_CONFIG is \[\]/],
  ['{"task": {}}', 'TF_CONFIG_INVALID', /cluster is missing/],
  [config({}), 'TF_CONFIG_INVALID', /names no worker/],
  [config(TWO, null), 'TF_CONFIG_INVALID', /task is null/],
  [config({ worker: 'a:1' }), 'TF_CONFIG_INVALID', /cluster\.worker is "a:1"/],
  [config({ worker: ['a:1', 'b'] }), 'TF_CONFIG_INVALID', /names "b"/],
  [config({ worker: ['a:1', 'b:65536'] }), 'TF_CONFIG_INVALID', /names "b:65536"/],
  [config({ worker: ['a:1', 'b:0'] }), 'TF_CONFIG_INVALID', /names "b:0"/],
  [config({ worker: ['a:1', 'b:1', 'a:1'] }), 'TF_CONFIG_INVALID', /a:1 is named twice/],
  [config({ ...TWO, ps: ['p:1'] }), 'TF_CONFIG_INVALID', /parameter servers/],
  [config(TWO, { type: 'worker', index: 2 }), 'TF_CONFIG_INVALID', /worker 2, but the cluster has 2/],
  [config(TWO, { type: 'worker', index: -1 }), 'TF_CONFIG_INVALID', /worker -1/],
  [config(TWO, { type: 'worker' }), 'TF_CONFIG_INVALID', /worker missing/],
  [config(TWO, { type: 'chief', index: 0 }), 'TF_CONFIG_INVALID', /chief 0, but the cluster has 0/],
  [config(TWO, { type: 'evaluator', index: 0 }), 'TF_CONFIG_INVALID', /type "evaluator"/],
] as const) {
  test(`refused: ${text}`, () => {
    assert.throws(() => readTfConfig(text), (error: CodedError) => error.code === code && names.test(error.message) && error.remedy !== undefined)
  })
}
