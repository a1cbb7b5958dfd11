import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0005 models: keeps the library; one default model, one version of a name; predictions go with image and model', (t) => {
  const at = databaseAt(t, 4)
  const { db } = at
  db.exec(LIBRARY_ROWS)
  migrateTo(5, at)
  assert.deepEqual(counts(db, 'images'), [1])
  const add = (key: number, version: number, isDefault: number) =>
    db
      .prepare(`INSERT INTO models (key, name, version, architecture, head, size, is_default, weights_hash, per_label_auc, thresholds, created_at) VALUES (?, 'm', ?, 'resnet18', 'linear', 64, ?, '', '{}', '{}', '')`)
      .run(key, version, isDefault)
  add(1, 1, 1)
  assert.throws(() => add(2, 1, 0), /UNIQUE/)
  assert.throws(() => add(2, 2, 1), /UNIQUE/)
  add(2, 2, 0)
  const predict = (key: number, model: number) => db.exec(`INSERT INTO predictions VALUES (${key}, 1, ${model}, x'00', NULL, NULL, x'00', ''); INSERT INTO activation_maps VALUES (${key}, 1, 1, x'00')`)
  predict(1, 1)
  predict(2, 2)
  db.exec('DELETE FROM models WHERE key = 1')
  assert.deepEqual(counts(db, 'predictions', 'activation_maps'), [1, 1])
  db.exec('DELETE FROM images')
  assert.deepEqual(counts(db, 'models', 'predictions', 'activation_maps'), [1, 0, 0])
})
