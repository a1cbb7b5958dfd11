import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodedError, fromErrorShape, toErrorShape } from './errors.ts'

test('code, file, row and remedy survive the way over a process boundary and back', () => {
  const shape = { code: 'MISSING_COLUMN', message: 'No column "Path".', file: 'train.csv', row: 1, remedy: 'Name it.' }
  const error = fromErrorShape(JSON.parse(JSON.stringify(toErrorShape(fromErrorShape(shape)))))
  assert.ok(error instanceof CodedError)
  assert.deepEqual(toErrorShape(error), shape)
})

test('what is an error shape already stays one; what carries no code is INTERNAL', () => {
  const shape = { code: 'STOPPED', message: 'Stopped by the user.' }
  assert.equal(toErrorShape(shape), shape)
  assert.deepEqual(toErrorShape(new TypeError('x is undefined')), { code: 'INTERNAL', message: 'x is undefined' })
  assert.deepEqual(toErrorShape('torn'), { code: 'INTERNAL', message: 'torn' })
  // Node's own errors carry a code too, but theirs is not one of ours.
  assert.equal(toErrorShape(Object.assign(new Error('gone'), { code: 'ENOENT' })).code, 'INTERNAL')
})
