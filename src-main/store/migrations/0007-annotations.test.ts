import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0007 annotations: keeps the library; ids are told apart, and go with the image', (t) => {
  const at = databaseAt(t, 6)
  const { db } = at
  db.exec(LIBRARY_ROWS)
  migrateTo(7, at)
  assert.deepEqual(counts(db, 'images'), [1])
  const add = (id: string) => db.exec(`INSERT INTO annotations (id, image, frame, kind, points, text, created_at, updated_at) VALUES ('${id}', 1, 0, 'text', '[]', '', '', '')`)
  add('a')
  assert.throws(() => add('a'), /UNIQUE/)
  db.exec('DELETE FROM images')
  assert.deepEqual(counts(db, 'annotations'), [0])
})
