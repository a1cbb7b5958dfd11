import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose, moved, NOTHING } from './selection.ts'

test('a click chooses one row, Ctrl adds and takes away, Shift extends from the anchor', () => {
  const one = choose(NOTHING, 3)
  assert.deepEqual([...one.rows], [3])
  const two = choose(one, 5, { toggle: true })
  assert.deepEqual([...two.rows], [3, 5])
  assert.deepEqual([...choose(two, 3, { toggle: true }).rows], [5])
  const range = choose(two, 2, { shift: true })
  assert.deepEqual([...range.rows], [2, 3, 4, 5])
  assert.equal(range.anchor, 5)
  assert.deepEqual([...choose(range, 7, { shift: true }).rows], [5, 6, 7], 'a second Shift click starts from the same anchor')
})

test('keys move within the table', () => {
  assert.equal(moved('ArrowDown', -1, 10, 4), 0)
  assert.equal(moved('ArrowUp', -1, 10, 4), 9)
  assert.equal(moved('ArrowUp', 0, 10, 4), 0)
  assert.equal(moved('PageDown', 8, 10, 4), 9)
  assert.equal(moved('End', 0, 10, 4), 9)
  assert.equal(moved('Enter', 0, 10, 4), null)
  assert.equal(moved('ArrowDown', -1, 0, 4), null)
})
