import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0003 jobs: keeps the library; what a job skipped goes with the job', (t) => {
  const at = databaseAt(t, 2)
  const { db } = at
  db.exec(LIBRARY_ROWS)
  migrateTo(3, at)
  assert.deepEqual(counts(db, 'images'), [1])
  db.exec(`
    INSERT INTO jobs (key, kind, title, state, input, resumable, pid, started_at) VALUES (1, 'import', 'Import', 'running', '{}', 1, 1, '');
    INSERT INTO job_skips (job, path, code, message) VALUES (1, 'a', 'B', 'c');
    INSERT INTO settings VALUES ('theme', '1')`)
  assert.throws(() => db.exec("UPDATE jobs SET state = 'lost'"), /CHECK/)
  assert.throws(() => db.exec("INSERT INTO settings VALUES ('theme', '2')"), /UNIQUE/)
  db.exec('DELETE FROM jobs')
  assert.deepEqual(counts(db, 'job_skips'), [0])
})
