import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo } from '../testing.ts'

test('0013 quality: measures go when the file of a film changes, findings and words go with the set', (t) => {
  const at = databaseAt(t, 12)
  const { db } = at
  db.exec(LIBRARY_ROWS)
  db.exec("UPDATE images SET path = '/a.png'; INSERT INTO splits (key, dataset, kind, seed, ratios, policy, images, train, val, test, leakage_patients, leakage_studies, created_at) VALUES (1, 1, 'patient', 42, '[]', '{}', 1, 1, 0, 0, 0, 0, '')")
  migrateTo(13, at)
  const measure = (): unknown => db.exec("INSERT INTO film_measures (image, hash) VALUES (1, x'00')")
  measure()
  assert.throws(() => db.exec("UPDATE film_measures SET error_code = 'X'"), /CHECK/)
  db.exec("UPDATE images SET path = '/a.png', rows = 5")
  assert.deepEqual(counts(db, 'film_measures'), [1])
  db.exec("UPDATE images SET path = '/b.png'")
  assert.deepEqual(counts(db, 'film_measures'), [0])
  measure()
  assert.deepEqual(db.prepare('SELECT moved FROM splits').pluck().all(), [null])
  db.exec(`
    INSERT INTO quality_checks VALUES (1, 1, ''); INSERT INTO quality_findings VALUES (1, 1, 0, 3, 8, '', NULL, NULL);
    INSERT INTO quality_words VALUES (1, 1, 'exclude', '', 'me', ''); INSERT INTO quality_word_rows VALUES (1, 0); INSERT INTO quality_choices VALUES (1, 0, 'exclude')`)
  db.exec('DELETE FROM images; DELETE FROM datasets')
  assert.deepEqual(counts(db, 'film_measures', 'quality_checks', 'quality_findings', 'quality_words', 'quality_word_rows', 'quality_choices'), [0, 0, 0, 0, 0, 0])
})
