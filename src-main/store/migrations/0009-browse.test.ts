import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0009 browse: splits keep their parts as bytes in row order, changes of rows are told, all goes with the set', (t) => {
  const at = databaseAt(t, 8)
  const { db } = at
  db.exec(LIBRARY_ROWS)
  db.exec(`
    INSERT INTO images (key, series, sop_uid, kind, view, laterality, lossy, transfer_syntax) VALUES (2, 1, '2.25.4', 'jpeg', '', '', 1, ''), (3, 1, '2.25.5', 'jpeg', '', '', 1, '');
    INSERT INTO dataset_images (key, dataset, row, image, path, patient, sex, view) VALUES (3, 1, 0, 1, 'a', 'p', '', ''), (2, 1, 1, 2, 'b', 'p', '', ''), (1, 1, 2, 3, 'c', 'p', '', '');
    INSERT INTO labels (key, dataset, edema) VALUES (1, 1, 1), (2, 1, 1), (3, 1, 1);
    INSERT INTO splits (key, dataset, kind, seed, ratios, policy, images, train, val, test, leakage_patients, leakage_studies, created_at) VALUES (1, 1, 'patient', 42, '[]', '{}', 3, 1, 0, 1, 0, 0, '');
    INSERT INTO split_parts VALUES (1, 3, 2), (1, 1, 0);
  `)
  migrateTo(9, at)
  assert.deepEqual([...db.prepare<[], Buffer>('SELECT parts FROM splits').pluck().get()!], [2, 255, 0])

  const changes = () => db.prepare<[], number | null>('SELECT row FROM dataset_changes ORDER BY key').pluck().all()
  db.exec('UPDATE labels SET edema = 0 WHERE key = 3')
  db.exec("UPDATE images SET problem_code = 'X' WHERE key = 3")
  db.exec("UPDATE images SET bytes = 5, problem_code = 'X' WHERE key = 3")
  db.exec("UPDATE images SET path = '/c' WHERE key = 3")
  db.exec("UPDATE dataset_images SET sex = 'Male' WHERE key = 2")
  assert.deepEqual(changes(), [0, 2, 2, null])

  db.exec("INSERT INTO dataset_filters VALUES (1, 'mine', '{}'); INSERT INTO dataset_indexes VALUES (1, 1, 3, 3, 4, 3, 1, 1); INSERT INTO dataset_columns (dataset, generation, name, chunk, note, data) VALUES (1, 1, 'keys', 0, '', x'00')")
  db.exec('DELETE FROM datasets')
  assert.deepEqual(counts(db, 'splits', 'dataset_filters', 'dataset_indexes', 'dataset_columns', 'dataset_changes'), [0, 0, 0, 0, 0])
})
