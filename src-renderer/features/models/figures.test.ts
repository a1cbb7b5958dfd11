import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LABELS, type Label } from '../../../src-shared/domain/labels.ts'
import { macroOf, shortHash } from './figures.ts'

test('macro leaves out the labels that have one class only', () => {
  const none = Object.fromEntries(LABELS.map((label) => [label, null])) as Record<Label, number | null>
  assert.deepEqual(macroOf(none).macro, null)
  const some = macroOf({ ...none, Edema: 0.8, Fracture: 0.6 })
  assert.ok(Math.abs(some.macro! - 0.7) < 1e-12)
  assert.equal(some.defined, 2)
})

test('a hash is cut in the middle', () => {
  assert.equal(shortHash('0123456789abcdef0123456789abcdef'), '01234567…cdef')
  assert.equal(shortHash('abc'), 'abc')
})
