import assert from 'node:assert/strict'
import test from 'node:test'
import { CHOICES, readColumns } from './columns.ts'

test('kept columns come back in the order of the table; what is none, or no list at all, does no harm', () => {
  assert.deepEqual(readColumns('["findings","film","gone"]'), ['film', 'findings'])
  assert.deepEqual(readColumns('[]'), [])
  for (const kept of [null, '', '{', '{"film":1}', '7']) assert.deepEqual(readColumns(kept), ['film', 'age', 'date', 'description', 'images', 'findings'], String(kept))
  assert.ok(CHOICES.every(({ title }) => title))
})
