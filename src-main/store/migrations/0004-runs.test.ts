import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0004 runs: keeps the library; a run outlives its data set, its telemetry does not outlive the run', (t) => {
  const at = databaseAt(t, 3)
  const { db } = at
  db.exec(LIBRARY_ROWS)
  migrateTo(4, at)
  assert.deepEqual(counts(db, 'images'), [1])
  db.exec(`
    INSERT INTO runs (key, name, dataset, dataset_name, state, config, created_at) VALUES (1, 'run', 1, 'set', 'queued', '{}', '');
    INSERT INTO epochs VALUES (1, 1, '{}');
    INSERT INTO steps VALUES (1, 1, 1, NULL, 0.1, 10);
    INSERT INTO device_samples VALUES (1, 'now', '[]');
    INSERT INTO log_lines (run, at, level, message) VALUES (1, '', 'info', '');
    INSERT INTO checkpoints (run, path, step, best, created_at) VALUES (1, 'a', 1, 0, '')`)
  db.exec('DELETE FROM datasets')
  assert.deepEqual(db.prepare('SELECT dataset, dataset_name FROM runs').get(), { dataset: null, dataset_name: 'set' })
  assert.throws(() => db.exec("UPDATE runs SET state = 'lost'"), /CHECK/)
  db.exec('DELETE FROM runs')
  assert.deepEqual(counts(db, 'epochs', 'steps', 'device_samples', 'log_lines', 'checkpoints'), [0, 0, 0, 0, 0])
})
