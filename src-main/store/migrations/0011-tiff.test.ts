import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0011 tiff: films keep their kind and all that hangs on them, and TIFF is one', (t) => {
  const at = databaseAt(t, 10)
  const { db } = at
  db.exec(LIBRARY_ROWS)
  const kind = () => db.prepare<[], string>('SELECT kind FROM images').pluck().get()
  migrateTo(11, at)
  assert.deepEqual([kind(), db.pragma('foreign_key_check'), db.pragma('integrity_check', { simple: true })], ['jpeg', [], 'ok'])
  db.exec("UPDATE images SET kind = 'tiff'")
  assert.equal(kind(), 'tiff')
  assert.throws(() => db.exec("UPDATE images SET kind = 'bmp'"), /CHECK/)
  db.exec('DELETE FROM datasets')
  assert.deepEqual(counts(db, 'images'), [0])
})
