import assert from 'node:assert/strict'
import test from 'node:test'
import { LIBRARY_ROWS, counts, databaseAt } from '../testing.ts'

test('0001 library: a study is unique within the library, whatever data sets hold, and goes with its patient', (t) => {
  const { db } = databaseAt(t, 1)
  db.exec(LIBRARY_ROWS)
  const study = (dataset: number | null) => () =>
    db.prepare("INSERT INTO studies (study_uid, patient, dataset, origin, date, time, accession, modality, description) VALUES ('2.25.1', 1, ?, 'opened', '', '', '', '', '')").run(dataset)
  study(null)()
  assert.throws(study(null), /UNIQUE/)
  assert.throws(() => db.exec("UPDATE studies SET origin = 'elsewhere'"), /CHECK/)
  assert.throws(() => db.exec('UPDATE images SET series = 99'), /FOREIGN KEY/)
  db.exec('DELETE FROM datasets')
  assert.deepEqual(counts(db, 'patients', 'studies', 'series', 'images'), [0, 0, 0, 0])
})
