import assert from 'node:assert/strict'
import test from 'node:test'
import { LABELS } from '#shared/domain/labels.ts'
import { bitOf } from '../labelColumns.ts'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0002 datasets: keeps the library, derives the masks from raw values, removes all with the set', (t) => {
  const at = databaseAt(t, 1)
  const { db } = at
  db.exec(LIBRARY_ROWS)
  migrateTo(2, at)
  assert.deepEqual(counts(db, 'datasets', 'images'), [1, 1])
  db.exec(`
    INSERT INTO dataset_images (key, dataset, row, image, path, patient, sex, view) VALUES (1, 1, 0, 1, 'a.jpg', 'patient00001', 'Female', 'Frontal');
    INSERT INTO labels (key, dataset, atelectasis, edema, pleural_effusion) VALUES (1, 1, 1, 0, -1);
    INSERT INTO splits (key, dataset, kind, seed, ratios, policy, images, train, val, test, leakage_patients, leakage_studies, created_at) VALUES (1, 1, 'patient', 42, '[]', '{}', 1, 1, 0, 0, 0, 0, '');
    INSERT INTO split_parts VALUES (1, 1, 0);
    INSERT INTO dataset_skips VALUES (1, 'b.jpg', 'CORRUPT_IMAGE', '')`)
  assert.deepEqual(db.prepare('SELECT positive, negative, uncertain FROM labels').get(), { positive: bitOf('Atelectasis'), negative: bitOf('Edema'), uncertain: bitOf('Pleural Effusion') })
  for (const label of LABELS) {
    const column = label.toLowerCase().replaceAll(' ', '_')
    assert.throws(() => db.exec(`UPDATE labels SET ${column} = 2`), /CHECK/, label)
    db.exec(`UPDATE labels SET ${column} = 1`)
  }
  assert.equal(db.prepare('SELECT positive FROM labels').pluck().get(), 2 ** 14 - 1)
  assert.throws(() => db.exec('INSERT INTO dataset_images SELECT 2, 1, 1, 1, path, part, patient, sex, age, view FROM dataset_images'), /UNIQUE/)
  db.exec('DELETE FROM datasets')
  assert.deepEqual(counts(db, 'dataset_images', 'labels', 'splits', 'split_parts', 'dataset_skips'), [0, 0, 0, 0, 0])
})
