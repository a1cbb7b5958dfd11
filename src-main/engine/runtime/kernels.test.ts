import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takesOwnOps } from './kernels.ts'

test('TensorFlow 2.9 gets no ops of the addon, every later one does', () => {
  assert.deepEqual(['2.9.0', '2.9.3', '2.10.1', '2.21.0', '3.0.0'].map(takesOwnOps), [false, false, true, true, true])
})
