import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitting } from './chips.ts'

test('as many chips as fit whole, with room for the number of the others', () => {
  assert.equal(fitting([], 100, 0), 0)
  assert.equal(fitting([50], 50, 0), 1)
  assert.equal(fitting([50], 50, 2), 0)
  assert.equal(fitting([50], 82, 2), 1)
  assert.equal(fitting([50, 46], 100, 0), 2)
  assert.equal(fitting([50, 47], 100, 0), 1)
  assert.equal(fitting([50, 47], 81, 0), 0)
  assert.equal(fitting([40, 40, 40], 115, 0), 1)
})
