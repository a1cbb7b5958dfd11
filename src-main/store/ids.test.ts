import assert from 'node:assert/strict'
import test from 'node:test'
import { keyOf, newKey, requireKey, toId } from './ids.ts'

test('an id and its key are one', () => {
  for (const key of [0, 1, 35, 36, 223_414, newKey(), 36 ** 10 - 1]) assert.equal(keyOf('im', toId('im', key)), key)
  assert.equal(toId('ds', 36 ** 5), 'ds_100000')
  assert.equal(toId('ds', newKey()).length, 9)
})

test('what is no id of the kind has no key', () => {
  for (const id of ['', 'im_', 'im_01', 'im_A', 'im_1 ', 'im_-1', 'ds_1', '1.2.840.10008', 'im_12345678901', 'im_1;DROP']) assert.equal(keyOf('im', id), null, id)
  assert.throws(() => requireKey('run', 'im_1'), { code: 'NOT_FOUND', message: 'There is no run "im_1".' })
})
