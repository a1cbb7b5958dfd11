import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { parse } from 'csv-parse/sync'
import type { ImageFilter } from '#shared/domain/dataset.ts'
import { LABELS, PAPER_POLICY } from '#shared/domain/labels.ts'
import { createMedia } from '../index.ts'
import { HEADER, chexpertFolder, importNow, line, testLibrary } from '../testing/library.ts'

const ALL: ImageFilter = { search: '', labels: [] }
const PAGE = { filter: ALL, sort: 'row' as const, descending: false, offset: 0, limit: 500 }

test('a label file that is written can be imported again and says the same', async (t) => {
  const { services, folder } = testLibrary(t)
  const paths = await chexpertFolder(join(folder, 'set'), { films: false, patients: 4 })
  writeFileSync(join(folder, 'set', 'valid.csv'), `${HEADER.join(',')}\n"set/valid/patient ""x"", 1/study1/a.jpg"${line('', { Edema: '-1.0', Fracture: '0.0' }, ['Unknown', '', 'Lateral'])}\n`)
  await importNow(services, join(folder, 'set'), { labelsOnly: true })
  const { datasets } = services
  const split = await datasets.split('set', { by: 'image', seed: 1, ratios: [50, 25, 25], policy: { ...PAPER_POLICY, dropWithoutPositive: false } })

  const file = join(folder, 'again', 'out.csv')
  await assert.rejects(datasets.writeCsv('set', ALL, file), { code: 'CSV_NOT_WRITTEN' })
  await chexpertFolder(join(folder, 'again'), { films: false, patients: 0 })
  await datasets.writeCsv('set', { ...ALL, split: split.id }, file)
  const rows = parse(readFileSync(file), { columns: true }) as Record<string, string>[]
  const shown = datasets.images('set', { ...PAGE, filter: { ...ALL, split: split.id } }).rows
  assert.deepEqual(rows.map((row) => [row['Patient'], row['Part'], row['Age']]), shown.map(({ patient, part, age }) => [patient, part, age === null ? '' : String(age)]))
  assert.equal(rows.length, paths.length + 1)

  await importNow(services, file, { labelsOnly: true, name: 'again' })
  const facts = (set: string) => datasets.images(set, PAGE).rows.map(({ patient, sex, age, view, fileName, labels }) => ({ patient, sex, age, view, fileName, labels }))
  assert.deepEqual(facts('again'), facts('set'))

  const filter = { ...ALL, labels: [{ label: 'Edema' as const, value: 'uncertain' as const }] }
  const address = `http://x/media/dataset/${datasets.get('set').id}.csv?${new URLSearchParams({ filter: JSON.stringify(filter) })}`
  const served = await createMedia(services)(new Request(address))
  assert.equal(served.headers.get('content-type'), 'text/csv; charset=utf-8')
  assert.deepEqual((parse(await served.text(), { columns: true }) as Record<string, string>[]).map((row) => row['Path']), ['set/valid/patient "x", 1/study1/a.jpg'])
})

test('some rows become a set of their own, with their labels, patients and studies; the first set stays as it is', async (t) => {
  const { services, folder } = testLibrary(t)
  await chexpertFolder(join(folder, 'set'), { patients: 5 })
  await importNow(services, join(folder, 'set'))
  const { datasets, jobs } = services
  const all = datasets.images('set', PAGE).rows
  const uncertain: ImageFilter = { ...ALL, labels: [{ label: 'Pneumonia', value: 'uncertain' }] }
  assert.throws(() => datasets.subset({ dataset: 'set', name: 'set', filter: ALL }), { code: 'NAME_TAKEN' })
  assert.throws(() => datasets.subset({ dataset: 'set', name: 'none', filter: { ...ALL, search: 'nowhere' } }), { code: 'NO_ROWS' })

  const filtered = await jobs.ended(datasets.subset({ dataset: 'set', name: 'uncertain', filter: uncertain }).id)
  assert.deepEqual([filtered.state, filtered.result!['images'], filtered.result!['patients']], ['finished', 5, 5])
  const chosen = [all[6]!, all[3]!, all[2]!]
  await jobs.ended(datasets.subset({ dataset: 'set', name: 'chosen', filter: ALL, rows: chosen.map(({ id }) => id) }).id)
  const rows = datasets.images('chosen', PAGE).rows
  assert.deepEqual(rows.map(({ fileName, patient, labels }) => ({ fileName, patient, labels })), [all[2]!, all[3]!, all[6]!].map(({ fileName, patient, labels }) => ({ fileName, patient, labels })))
  const { patients, studies, images, hasFiles, labelled } = datasets.get('chosen')
  assert.deepEqual([patients, studies, images, hasFiles, labelled], [2, 2, 3, true, 3])

  await datasets.remove('set')
  assert.equal(datasets.images('chosen', PAGE).total, 3)
  const film = services.store.images.get(rows[0]!.image)
  assert.match(film.path!, /patient00002.study1.view1_frontal.jpg$/)
  assert.equal(services.store.studies.get(rows[0]!.study).patientId, 'patient00002')
})

test('a copy that was cut short goes on where it stopped', async (t) => {
  const { services, folder } = testLibrary(t)
  await chexpertFolder(join(folder, 'set'), { films: false, patients: 400 })
  await importNow(services, join(folder, 'set'), { labelsOnly: true })
  const { datasets, jobs } = services
  const { id } = datasets.subset({ dataset: 'set', name: 'copy', filter: ALL })
  await new Promise(setImmediate)
  const cut = await jobs.cancel(id)
  assert.equal(cut.state, 'cancelled')
  const part = services.store.datasets.find('copy')?.images ?? 0
  assert.ok(part > 0 && part < 800, String(part))
  await jobs.ended(jobs.resume(id).id)
  const facts = (set: string) => datasets.images(set, PAGE).rows.map(({ fileName, patient, labels }) => ({ fileName, patient, labels }))
  assert.deepEqual(facts('copy'), facts('set'))
  const { images, patients, studies } = datasets.get('copy')
  assert.deepEqual([images, patients, studies], [800, 400, 400])
})

test('filters are saved by name, for their set', async (t) => {
  const { services, folder } = testLibrary(t)
  await chexpertFolder(join(folder, 'set'), { films: false })
  await importNow(services, join(folder, 'set'), { labelsOnly: true })
  const { datasets } = services
  const filter: ImageFilter = { search: 'x', labels: [{ label: LABELS[2], value: 'blank' }], ageFrom: 40 }
  datasets.saveFilter('set', { name: 'old', filter: ALL })
  datasets.saveFilter('set', { name: 'mine', filter: ALL })
  assert.deepEqual(datasets.saveFilter('set', { name: 'mine', filter }), [{ name: 'mine', filter }, { name: 'old', filter: ALL }])
  assert.deepEqual(datasets.removeFilter('set', 'old'), [{ name: 'mine', filter }])
})
