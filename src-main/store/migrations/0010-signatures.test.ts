import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0010 signatures: old reports are open; a signed one never changes, and still outlives its prediction and goes with its study', (t) => {
  const at = databaseAt(t, 9)
  const { db } = at
  db.exec(`${LIBRARY_ROWS}
    INSERT INTO models (key, name, version, architecture, head, size, weights_hash, per_label_auc, thresholds, created_at) VALUES (1, 'm', 1, 'resnet18', 'linear', 64, '', '{}', '{}', '');
    INSERT INTO predictions (key, image, model, raw, thresholds, created_at) VALUES (1, 1, 1, x'00', x'00', '');
    INSERT INTO reports (key, study, version, findings, text, impression, key_images, prediction, created_at, updated_at) VALUES (1, 1, 1, '[]', 'words', '', '[]', 1, '', '')`)
  migrateTo(10, at)
  assert.deepEqual(db.prepare('SELECT text, signed_by, signed_at, addendum_to FROM reports').raw().all(), [['words', null, null, null]])
  db.exec("UPDATE reports SET text = 'better'")
  db.exec("UPDATE reports SET signed_by = 'Reader', signed_at = '2026'")
  for (const change of ["text = 'other'", "signed_by = 'Other'", 'signed_at = NULL', "findings = '[1]'"]) assert.throws(() => db.exec(`UPDATE reports SET ${change}`), /stays as it is/)
  db.exec('DELETE FROM predictions')
  assert.deepEqual(db.prepare('SELECT text, prediction FROM reports').raw().all(), [['better', null]])
  db.exec('DELETE FROM studies')
  assert.deepEqual(counts(db, 'reports'), [0])
})
