import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0008 decisions: old predictions have no reasons of a gate; decisions are only ever added, and go with their study', (t) => {
  const at = databaseAt(t, 7)
  const { db } = at
  db.exec(`${LIBRARY_ROWS}
    INSERT INTO models (key, name, version, architecture, head, size, weights_hash, per_label_auc, thresholds, created_at) VALUES (1, 'm', 1, 'resnet18', 'linear', 64, '', '{}', '{}', '');
    INSERT INTO predictions (key, image, model, raw, thresholds, created_at) VALUES (1, 1, 1, x'00', x'00', '')`)
  migrateTo(8, at)
  assert.equal(db.prepare('SELECT gate FROM predictions').pluck().get(), '[]')
  const add = (decision: string) => db.prepare("INSERT INTO decisions (study, image, label, decision, note, reader, at) VALUES (1, 1, 'Edema', ?, '', 'reader', '')").run(decision)
  add('accepted')
  add('rejected')
  assert.throws(() => add('maybe'), /CHECK/)
  assert.throws(() => db.exec("UPDATE decisions SET decision = 'accepted'"), /only ever added/)
  db.exec('DELETE FROM studies')
  assert.deepEqual(counts(db, 'decisions', 'predictions'), [0, 0])
})
