import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reduced } from './reduce.ts'

const COLUMNS = 10
const film = Int16Array.from({ length: 70 }, (_, i) => (i % COLUMNS) - 10 * Math.floor(i / COLUMNS))

test('squares become their mean, at the place that is asked for, and none reaches beyond the film', () => {
  const { cells, columns, rows, region } = reduced(film, COLUMNS, 3, { left: 0, top: 0, width: 10, height: 7 })
  assert.deepEqual([columns, rows, region], [3, 2, { left: 0, top: 0, width: 9, height: 6 }])
  assert.deepEqual([...cells], [-9, -6, -3, -39, -36, -33])
  const part = reduced(film, COLUMNS, 2, { left: 7.4, top: 3, width: 9, height: 2.5 })
  assert.deepEqual([part.columns, part.rows, part.region.left, part.region.top], [1, 1, 7, 3])
  assert.deepEqual([...part.cells], [Math.round((-23 - 22 - 33 - 32) / 4)])
  assert.ok(part.cells instanceof Int16Array)
})

test('at full resolution it is the film itself; it says what it covers', () => {
  const whole = { left: 0, top: 0, width: 10, height: 7 }
  const same = reduced(film, COLUMNS, 1, whole)
  assert.deepEqual(same.cells, film)
  assert.deepEqual([same.covers(1, { ...whole }), same.covers(2, whole), same.covers(1, { ...whole, left: 1 })], [true, false, false])
})
