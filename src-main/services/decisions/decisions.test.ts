import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import type { Decision } from '#shared/domain/report.ts'
import type { StudyRow } from '#shared/domain/study.ts'
import { resource } from '../app.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '../models/testing.ts'

let library: TestLibrary
let studies: StudyRow[]
before(async () => {
  library = await openTestLibrary()
  const { services } = library
  await services.jobs.ended(services.importing.start({ paths: [resource('samples', 'studies')], as: 'studies', labelsOnly: false }).id)
  await services.models.importFrom(await writeTestModel(join(library.folder, 'model')), 'Model')
  studies = services.studies.list({ search: '', origin: 'library', sort: 'patientName', descending: false, offset: 0, limit: 10 }).rows.sort((a, b) => a.id.localeCompare(b.id))
})
after(() => library[Symbol.asyncDispose]())

type Words = Partial<Record<Label, [Decision, string]>>
function say(study: StudyRow, words: Words): void {
  const { reports } = library.services
  const findings = Object.entries(words).map(([label, [decision, note]]) => ({ label: label as Label, decision, note }))
  reports.save({ ...reports.ofStudy(study.id), findings })
}
const history = (study: StudyRow) => library.services.decisions.history(study.id).map(({ label, decision, note, reader }) => [label, decision, note, reader])

test('nobody has decided: there is nothing to export', async () => {
  const { decisions } = library.services
  assert.deepEqual(decisions.counts(), { studies: 0, labels: 0 })
  assert.throws(() => decisions.csv(), { code: 'NO_DECISIONS' })
  assert.throws(() => decisions.toDataset('None'), { code: 'NO_DECISIONS' })
  await assert.rejects(decisions.export(), { code: 'NO_DECISIONS' })
})

test('every word is kept with who and when, beside what the model had said; the same word again is none', async () => {
  const { services } = library
  const [one] = studies as [StudyRow]
  const { predictions: [prediction] } = await services.predictions.study(one.id)
  services.settings.set({ reader: 'Dr One' })
  say(one, { Edema: ['accepted', ''], Fracture: ['undecided', ''] })
  say(one, { Edema: ['accepted', ''] })
  services.settings.set({ reader: 'Dr Two' })
  say(one, { Edema: ['rejected', 'only the window'], Pneumonia: ['uncertain', ''] })
  assert.deepEqual(history(one), [['Pneumonia', 'uncertain', '', 'Dr Two'], ['Edema', 'rejected', 'only the window', 'Dr Two'], ['Edema', 'accepted', '', 'Dr One']])
  const [, edema] = services.decisions.history(one.studyInstanceUid)
  const { raw, threshold } = prediction!.scores.find(({ label }) => label === 'Edema')!
  assert.deepEqual(edema!.model, { name: 'Model v1', raw, threshold })
  assert.ok(Math.abs(Date.parse(edema!.at) - Date.now()) < 3_600_000)
  say(one, { Pneumonia: ['uncertain', ''] })
  assert.deepEqual(history(one)[0], ['Edema', 'undecided', '', 'Dr Two'], 'a word that is taken back is kept as that')
  services.settings.set({ reader: '' })
  say(one, { Edema: ['accepted', ''], Pneumonia: ['uncertain', ''] })
  assert.ok(String(history(one)[0]![3]).length > 0)
})

test('what stands is a label file: positive, negative, uncertain, and blank where nobody decided', async () => {
  const { services } = library
  const [one, two] = studies as [StudyRow, StudyRow]
  say(two, { Cardiomegaly: ['rejected', 'x'], 'Pleural Effusion': ['accepted', '=1+1'] })
  assert.deepEqual(services.decisions.counts(), { studies: 2, labels: 4 })
  const file = join(library.folder, 'labels.csv')
  assert.equal(await services.decisions.write(file), 2)
  const rows = parse(await readFile(file), { columns: true, bom: true }) as Record<string, string>[]
  const decided = rows.map((row) => Object.fromEntries(LABELS.flatMap((label) => (row[label] === '' ? [] : [[label, row[label]]]))))
  assert.deepEqual(decided, [{ Edema: '1', Pneumonia: '-1' }, { Cardiomegaly: '0', 'Pleural Effusion': '1' }])
  assert.deepEqual(rows.map((row) => [row['Path'], row['Patient'], row['Study Instance UID'], row['Frontal/Lateral']]), [one, two].map((study) => [
    services.store.images.get(study.coverImage!).path, study.patientId, study.studyInstanceUid, 'Frontal',
  ]))
})

test('what stands is a data set: its labels, patients and films are those, and its films can be packed', async () => {
  const { services } = library
  const set = services.decisions.toDataset('Read by us')
  assert.deepEqual([set.name, set.images, set.patients, set.hasFiles], ['Read by us', 2, new Set(studies.slice(0, 2).map(({ patientId }) => patientId)).size, true])
  const { rows } = services.datasets.images(set.id, { filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 10 })
  assert.deepEqual(rows.map(({ labels }) => Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== null))), [{ Edema: 1, Pneumonia: -1 }, { Cardiomegaly: 0, 'Pleural Effusion': 1 }])
  assert.deepEqual(services.datasets.stats(set.id, 'zeros').positives['Pleural Effusion'], 1)
  const pack = await services.packs.ensure(set.id, 32, { signal: new AbortController().signal, progress: () => {} })
  assert.equal(pack.unreadable.size, 0)
  assert.throws(() => services.decisions.toDataset('Read by us'), { code: 'NAME_TAKEN' })
  assert.equal(services.studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 50 }).total, 6, 'the worklist is as it was')
})
