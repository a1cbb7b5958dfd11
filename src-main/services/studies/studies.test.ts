import assert from 'node:assert/strict'
import { test } from 'node:test'
import { studyQuery } from '#shared/contracts/studies.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '../models/testing.ts'

type Store = TestLibrary['services']['store']

/** A study of one film of each of some series. @returns ids of its films */
function addStudy(store: Store, i: number, films: number): string[] {
  const patient = store.patients.ensure({ dataset: null, patientId: `P${i % 3}`, name: `DOE ${i % 3}`, birthDate: '', sex: 'F' })
  const study = store.studies.insert({ studyUid: `2.25.${i}`, patient, dataset: null, origin: 'opened', date: `202001${10 + (i % 4)}`, time: '', accession: '', modality: 'DX', description: '', age: 40 })
  for (let n = films; n > 0; n--) {
    const series = store.series.ensure({ study, seriesUid: `2.25.${i}.${n}`, number: n, modality: 'DX', description: '' })
    store.images.insert({ series, sopUid: `2.25.${i}.${n}.1`, number: 1, path: null, bytes: null, kind: 'dicom', rows: 2, columns: 2, frames: 1, view: 'PA', laterality: '', lossy: false, transferSyntax: '' })
  }
  return store.images.ofStudy(study).map(({ id }) => id)
}

const scores = (found: Record<string, number>): Float64Array => Float64Array.from(LABELS, (label) => found[label] ?? 0.1)

test('a page of the worklist names of each study its own newest findings, its first film and how many there are, in the order asked for', async () => {
  await using library = await openTestLibrary()
  const { services } = library
  const { store } = services
  const model = await services.models.importFrom(await writeTestModel(`${library.folder}/model`), 'Model')
  const thresholds = Float64Array.from(LABELS, () => 0.5)
  const predict = (image: string, raw: Float64Array, calibrated: Float64Array | null = null): void => void store.predictions.add([{ image, model: model.id, raw, calibrated, thresholds, maps: null }])
  const films = Array.from({ length: 12 }, (_, i) => addStudy(store, i, 1 + (i % 3)))
  for (const [i, [first]] of films.entries()) if (i % 2) predict(first!, scores({ Edema: 0.6 + i / 100 }))
  // Of study 5 the newest is of another film, calibrated, and finds something else.
  predict(films[5]![1]!, scores({ Pneumonia: 0.7, Fracture: 0.9, Edema: 0.4 }), scores({ Pneumonia: 0.8, Fracture: 0.3 }))

  const { total, rows } = services.studies.list(studyQuery.parse({ sort: 'images', descending: false, offset: 2, limit: 8 }))
  assert.equal(total, 12)
  assert.deepEqual(rows.map(({ studyInstanceUid }) => studyInstanceUid), [6, 9, 1, 4, 7, 10, 2, 5].map((i) => `2.25.${i}`))
  for (const row of rows) {
    const i = Number(row.studyInstanceUid.slice(5))
    assert.deepEqual([row.images, row.coverImage, row.status], [films[i]!.length, films[i]![0], i % 2 ? 'predicted' : 'new'])
    const own = i % 2 ? [{ label: 'Edema', probability: 0.6 + i / 100 }] : []
    assert.deepEqual(row.findings, i === 5 ? [{ label: 'Pneumonia', probability: 0.8 }, { label: 'Fracture', probability: 0.3 }] : own)
    // A study alone says of itself what the list does, and the others of its patient are its priors.
    const alone = services.studies.get(row.id)
    assert.partialDeepStrictEqual(alone, row)
    assert.deepEqual(alone.priors.map(({ patientId }) => patientId), Array(3).fill(row.patientId))
  }
  assert.deepEqual(services.studies.list(studyQuery.parse({ offset: 50 })), { total: 12, rows: [] })
})
