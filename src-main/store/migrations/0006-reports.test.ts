import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0006 reports: keeps the library; versions of a study are told apart and outlive the prediction they began from', (t) => {
  const at = databaseAt(t, 5)
  const { db } = at
  db.exec(`${LIBRARY_ROWS}
    INSERT INTO models (key, name, version, architecture, head, size, weights_hash, per_label_auc, thresholds, created_at) VALUES (1, 'm', 1, 'resnet18', 'linear', 64, '', '{}', '{}', '');
    INSERT INTO predictions (key, image, model, raw, thresholds, created_at) VALUES (1, 1, 1, x'00', x'00', '')`)
  migrateTo(6, at)
  assert.deepEqual(counts(db, 'predictions'), [1])
  const add = (version: number) => db.exec(`INSERT INTO reports (study, version, findings, text, impression, key_images, prediction, created_at, updated_at) VALUES (1, ${version}, '[]', '', '', '[]', 1, '', '')`)
  add(1)
  assert.throws(() => add(1), /UNIQUE/)
  add(2)
  db.exec('DELETE FROM predictions')
  assert.deepEqual(db.prepare('SELECT prediction FROM reports').pluck().all(), [null, null])
  db.exec('DELETE FROM studies')
  assert.deepEqual(counts(db, 'reports'), [0])
})
