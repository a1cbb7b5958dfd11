import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0012 label edits: what stands follows from what was added, raw values and old edits never change, all goes with the set', (t) => {
  const at = databaseAt(t, 11)
  const { db } = at
  db.exec(`${LIBRARY_ROWS}
    INSERT INTO dataset_images (key, dataset, row, image, path, patient, sex, view) VALUES (7, 1, 0, 1, 'a', 'p', '', '');
    INSERT INTO labels (key, dataset, edema, fracture, support_devices) VALUES (7, 1, 1, -1, 0);
    INSERT INTO dataset_indexes VALUES (1, 5, 1, 1, 0, 1, 1, 1);
    INSERT INTO dataset_columns (dataset, generation, name, chunk, note, data) VALUES (1, 5, 'positive', 0, '', x'08'), (1, 5, 'keys', 0, '', x'07')`)
  migrateTo(12, at)
  assert.deepEqual(db.prepare("SELECT generation, data FROM dataset_columns WHERE name = 'raw-positive'").raw().all(), [[5, Buffer.from([8])]])

  const stands = () => db.prepare('SELECT key, dataset, edited, positive, negative, uncertain FROM edited_labels').raw().all()
  const change = (key: number) => db.exec(`INSERT INTO label_changes (key, dataset, at, editor, why, asked) VALUES (${key}, 1, '', 'me', '', '{}')`)
  const edit = (key: number, label: number, value: number | null) => db.prepare('INSERT INTO label_edits (change, image, label, was, value) VALUES (?, 7, ?, NULL, ?)').run(key, label, value)
  change(1)
  edit(1, 3, 0)
  edit(1, 13, -1)
  assert.deepEqual(stands(), [[7, 1, (1 << 3) | (1 << 13), 0, 1 << 3, 1 << 13]])
  change(2)
  edit(2, 3, null)
  edit(2, 5, 1)
  assert.deepEqual(stands(), [[7, 1, (1 << 3) | (1 << 5) | (1 << 13), 1 << 5, 0, 1 << 13]], 'blank is a value too')
  change(3)
  edit(3, 3, 1)
  edit(3, 5, -1)
  edit(3, 13, 0)
  assert.deepEqual(stands(), [], 'the source\'s own value again is no edit')
  assert.deepEqual(db.prepare('SELECT edema, fracture, support_devices FROM labels').raw().all(), [[1, -1, 0]])
  assert.deepEqual(db.prepare('SELECT DISTINCT row FROM dataset_changes').pluck().all(), [0])
  assert.throws(() => db.exec('UPDATE label_edits SET value = 1'), /only ever added/)
  assert.throws(() => edit(3, 14, 1), /CHECK/)
  change(4)
  edit(4, 0, 1)
  db.exec('DELETE FROM dataset_images')
  assert.deepEqual(counts(db, 'label_edits', 'edited_labels', 'label_changes'), [0, 0, 4])
  db.exec('DELETE FROM datasets')
  assert.deepEqual(counts(db, 'label_changes'), [0])
})
