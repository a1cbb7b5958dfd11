import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { LABELS, PAPER_POLICY, target } from '#shared/domain/labels.ts'
import type { ImageFilter } from '#shared/domain/dataset.ts'
import type { LabelPolicy, Policy, RawLabel } from '#shared/domain/labels.ts'
import { splitRows } from '#main/engine/data/split.ts'
import { openStore } from '#main/store/index.ts'
import { BLANK } from '#main/store/repositories/labels.ts'
import { HEADER, chexpertFolder, importNow, line, testLibrary } from '../testing/library.ts'
import type { TestLibrary } from '../testing/library.ts'

const PAGE = { filter: { search: '', labels: [] }, sort: 'row' as const, descending: false, offset: 0, limit: 500 }
const NO_FILTER: ImageFilter = { search: '', labels: [] }
const RAW: RawLabel[] = [1, 0, -1, null]

interface Film {
  patient: string
  sex: string
  age: number
  view: string
  labels: RawLabel[]
}

/** 300 rows with every raw value in every column, as a CSV and as plain objects. */
async function randomSet(t: TestContext): Promise<TestLibrary & { films: Film[] }> {
  const library = testLibrary(t)
  let state = 7
  const random = (n: number): number => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8) % n
  const films = Array.from({ length: 300 }, (_, i): Film => {
    const sparse = random(4) === 0
    return { patient: `patient${String(random(90)).padStart(5, '0')}`, sex: ['Male', 'Female', 'Unknown'][random(3)]!, age: 18 + random(70), view: ['Frontal AP', 'Frontal PA', 'Lateral'][random(3)]!, labels: LABELS.map(() => (sparse ? null : RAW[random(i % 5 ? 4 : 3)]!)) }
  })
  const rows = films.map(({ patient, sex, age, view, labels }, i) => {
    const named = Object.fromEntries(LABELS.map((label, j) => [label, labels[j] === null ? '' : `${labels[j]}.0`]))
    return line(`set/train/${patient}/study${(i % 2) + 1}/view${i}.jpg`, named, [sex, String(age), ...view.split(' ')])
  })
  mkdirSync(join(library.folder, 'set'))
  writeFileSync(join(library.folder, 'set', 'train.csv'), `${[HEADER.join(','), ...rows].join('\n')}\n`)
  const job = await importNow(library.services, join(library.folder, 'set'), { labelsOnly: true })
  assert.equal(job.result!['images'], 300)
  return { ...library, films }
}

test('counts, co-occurrence and policies equal a plain count of the rows', async (t) => {
  const { services, films } = await randomSet(t)
  const { datasets } = services
  for (const [i, { label, positive, negative, uncertain, blank }] of datasets.labelCounts('set').entries()) {
    const count = (raw: RawLabel) => films.filter(({ labels }) => labels[i] === raw).length
    assert.deepEqual([label, positive, negative, uncertain, blank], [LABELS[i], count(1), count(0), count(-1), count(null)])
  }
  for (const uncertain of ['zeros', 'ones', 'ignore'] as LabelPolicy[]) {
    for (const blank of ['zeros', 'ones', 'ignore'] as LabelPolicy[]) {
      const policy: Policy = { uncertain, blank, dropWithoutPositive: true }
      const targets = films.map(({ labels }) => labels.map((raw, i) => target(raw, policy, LABELS[i]!)))
      const plain = LABELS.map((_, i) => LABELS.map((_, j) => targets.filter((row) => row[i] === 1 && row[j] === 1).length))
      assert.deepEqual(datasets.cooccurrence('set', policy).counts, plain)
      const kept = targets.filter((row) => row.includes(1)).length
      const effect = datasets.policyEffect('set', policy)
      assert.deepEqual([effect.kept, effect.dropped], [kept, 300 - kept])
      assert.deepEqual(datasets.policyEffect('set', { ...policy, dropWithoutPositive: false }).dropped, 0)
      if (blank === 'zeros') {
        const stats = datasets.stats('set', uncertain)
        assert.deepEqual([stats.images, stats.labelled, stats.cooccurrence.counts], [300, kept, plain])
        assert.deepEqual(Object.values(stats.positives), plain.map((row, i) => row[i]))
        assert.equal(effect.changed['Edema'], films.filter(({ labels }, row) => labels[3] === -1 && targets[row]!.includes(1)).length)
      }
    }
  }
  assert.equal(datasets.get('set').labelled, datasets.policyEffect('set', PAPER_POLICY).kept)
  assert.deepEqual([...services.store.labels.matrix(services.store.datasets.get('set').key)], films.flatMap(({ labels }) => labels.map((raw) => raw ?? BLANK)))
})

test('filters and sorts of the table equal those of the plain rows', async (t) => {
  const { services, films } = await randomSet(t)
  const { datasets } = services
  const rowsOf = (query: Partial<Parameters<typeof datasets.images>[1]>) => datasets.images('set', { ...PAGE, ...query })
  const expect = (filter: object, holds: (film: Film, i: number) => boolean) => {
    const { total, rows } = rowsOf({ filter: { search: '', labels: [], ...filter } })
    const wanted = films.flatMap((film, i) => (holds(film, i) ? [`view${i}.jpg`] : []))
    assert.deepEqual([total, rows.map(({ fileName }) => fileName)], [wanted.length, wanted], JSON.stringify(filter))
  }
  for (const [value, raw] of [['positive', 1], ['negative', 0], ['uncertain', -1], ['blank', null]] as const) {
    expect({ labels: [{ label: 'Edema', value }] }, ({ labels }) => labels[3] === raw)
  }
  expect({ labels: [{ label: 'Edema', value: 'positive' }, { label: 'Pneumonia', value: 'blank' }] }, ({ labels }) => labels[3] === 1 && labels[11] === null)
  expect({ sex: 'Male', ageFrom: 30, ageTo: 50 }, ({ sex, age }) => sex === 'Male' && age >= 30 && age <= 50)
  expect({ view: 'Frontal PA' }, ({ view }) => view === 'Frontal PA')
  expect({ search: 'patient00012' }, ({ patient }) => patient === 'patient00012')
  expect({ search: '100%' }, () => false)
  const split = await datasets.split('set', { by: 'patient', seed: 42, ratios: [80, 10, 10], policy: PAPER_POLICY })
  const parts = services.store.splits.parts(services.store.splits.get(split.id))
  expect({ split: split.id, part: 'val' }, (_, i) => parts[i] === 1)

  const sorted = rowsOf({ sort: 'age', descending: true, offset: 100, limit: 50 }).rows.map(({ fileName }) => fileName)
  const plain = films.map((film, i) => ({ ...film, i })).sort((a, b) => b.age - a.age || b.i - a.i).slice(100, 150)
  assert.deepEqual(sorted, plain.map(({ i }) => `view${i}.jpg`))
  assert.deepEqual(datasets.facets('set', NO_FILTER).age, { min: Math.min(...films.map(({ age }) => age)), max: Math.max(...films.map(({ age }) => age)) })
})

test('a facet counts what each choice would leave, under all other conditions', async (t) => {
  const { services, films } = await randomSet(t)
  const { datasets } = services
  const split = await datasets.split('set', { by: 'patient', seed: 42, ratios: [80, 10, 10], policy: PAPER_POLICY })
  const all = datasets.images('set', { ...PAGE, filter: { ...NO_FILTER, split: split.id } }).rows
  assert.equal(all.length, films.length)
  const filters: ImageFilter[] = [
    NO_FILTER,
    { search: '', sex: 'Male', labels: [] },
    { search: 'patient0001', ageFrom: 40, labels: [{ label: 'Edema', value: 'positive' }] },
    { search: '', view: 'Lateral', ageTo: 60, part: 'train', labels: [{ label: 'Edema', value: 'blank' }, { label: 'Pneumonia', value: 'negative' }] },
  ]
  for (const filter of filters.map((one) => ({ ...one, split: split.id }))) {
    const facets = datasets.facets('set', filter)
    const left = (change: Partial<ImageFilter>): number => datasets.images('set', { ...PAGE, limit: 1, filter: { ...filter, ...change } }).total
    const holds = (i: number, { sex, view, ageFrom = 0, ageTo = 999, part, search, labels }: ImageFilter): boolean =>
      (sex ?? films[i]!.sex) === films[i]!.sex && (view ?? films[i]!.view) === films[i]!.view && films[i]!.age >= ageFrom && films[i]!.age <= ageTo && (part ?? all[i]!.part) === all[i]!.part && films[i]!.patient.includes(search) &&
      labels.every(({ label, value }) => ({ positive: 1, negative: 0, uncertain: -1, blank: null })[value] === films[i]!.labels[LABELS.indexOf(label)])
    assert.equal(facets.total, films.filter((_, i) => holds(i, filter)).length)
    for (const { value, images } of facets.sex) assert.equal(images, films.filter((_, i) => holds(i, { ...filter, sex: value })).length)
    for (const { value, images } of facets.view) assert.equal(images, left({ view: value }), value)
    for (const part of ['train', 'val', 'test'] as const) assert.equal(facets.part[part], left({ part }), part)
    for (const count of facets.labels) {
      const others = filter.labels.filter(({ label }) => label !== count.label)
      for (const value of ['positive', 'negative', 'uncertain', 'blank'] as const) assert.equal(count[value], left({ labels: [...others, { label: count.label, value }] }), `${count.label} ${value}`)
    }
  }
})

test('what another process adds or changes is seen: new rows, labels, a film that cannot be read', async (t) => {
  const { services, folder, films } = await randomSet(t)
  const { datasets, store } = services
  const edema = { search: '', labels: [{ label: 'Edema' as const, value: 'positive' as const }] }
  const before = datasets.images('set', { ...PAGE, filter: edema })
  const other = openStore(join(folder, 'data'))
  t.after(() => other.close())
  const count = films.length
  assert.equal(before.total, other.datasetImages.count({ dataset: other.datasets.key('set'), filter: edema }))

  const db = new Database(store.file)
  db.prepare('UPDATE labels SET edema = 0 WHERE key = (SELECT key FROM dataset_images WHERE row = ?)').run(films.findIndex(({ labels }) => labels[3] === 1))
  assert.deepEqual([datasets.images('set', { ...PAGE, filter: edema }).total, datasets.labelCounts('set')[3]!.positive, datasets.get('set').labelled], [before.total - 1, before.total - 1, db.prepare('SELECT count(*) FROM labels WHERE positive > 0').pluck().get()])
  db.prepare("UPDATE images SET path = '/gone.jpg', problem_code = 'FILE_NOT_FOUND' WHERE key = (SELECT image FROM dataset_images WHERE row = 5)").run()
  db.close()
  const bad = datasets.images('set', { ...PAGE, filter: { search: '', labels: [], problem: 'FILE_NOT_FOUND' } })
  assert.deepEqual([bad.total, bad.rows[0]?.fileName], [1, 'view5.jpg'])
  assert.deepEqual(datasets.facets('set', NO_FILTER).problem.filter(({ images }) => images), [{ value: 'NO_FILM', images: count - 1 }, { value: 'FILE_NOT_FOUND', images: 1 }])

  writeFileSync(join(folder, 'set', 'valid.csv'), `${HEADER.join(',')}\n${line('set/valid/patient99999/study1/view1.jpg', { Edema: '1.0' })}\n`)
  await importNow(services, join(folder, 'set'), { labelsOnly: true })
  assert.equal(datasets.images('set', PAGE).total, count + 1)
  const facets = datasets.facets('set', NO_FILTER)
  assert.deepEqual(facets.source, [{ value: 'set/train', images: count }, { value: 'set/valid', images: 1 }])
  assert.equal(datasets.images('set', { ...PAGE, filter: { search: '', labels: [], source: 'set/valid' } }).rows[0]!.patient, 'patient99999')
  assert.deepEqual([other.datasetImages.count({ dataset: other.datasets.key('set'), filter: edema }), other.datasets.get('set').images], [before.total, count + 1])
})

test('the films of a patient, by study', async (t) => {
  const { services, films } = await randomSet(t)
  const [first] = services.datasets.images('set', PAGE).rows
  const { patient, films: own } = services.datasets.patient(first!.id)
  const expected = films.flatMap((film, i) => (film.patient === films[0]!.patient ? [{ study: `study${(i % 2) + 1}`, name: `view${i}.jpg` }] : []))
  expected.sort((a, b) => a.study.localeCompare(b.study))
  assert.equal(patient, films[0]!.patient)
  assert.deepEqual(own.map(({ studyName, fileName }) => ({ study: studyName, name: fileName })), expected)
})

test('a split divides the rows that the policy keeps, is stored, found again, and tells its leakage', async (t) => {
  const { services, films } = await randomSet(t)
  const { datasets } = services
  const request = { by: 'image' as const, seed: 42, ratios: [80, 10, 10] as [number, number, number], policy: PAPER_POLICY }
  const split = await datasets.split('set', request)
  assert.equal((await datasets.split('set', request)).id, split.id)
  const kept = films.flatMap(({ labels }, i) => (labels.includes(1) ? [i] : []))
  assert.ok(kept.length > 100 && kept.length < 300)
  const parts = services.store.splits.parts(services.store.splits.get(split.id))
  const divided = splitRows({ n: kept.length, by: 'image', seed: 42, ratios: [80, 10, 10] })
  assert.deepEqual([...parts], films.map((_, i) => (kept.includes(i) ? divided[kept.indexOf(i)] : 255)))
  const patients = (part: number) => films.flatMap(({ patient }, i) => (parts[i] === part ? [patient] : []))
  const trained = new Set(patients(0))
  assert.equal(split.leakage.patients, patients(2).filter((patient) => trained.has(patient)).length / split.test)
  assert.deepEqual([split.train, split.val, split.test], [patients(0).length, patients(1).length, patients(2).length])
  const all = await datasets.split('set', { ...request, policy: { ...PAPER_POLICY, dropWithoutPositive: false } })
  assert.deepEqual([all.train, all.val, all.test], [240, 30, 30])
  const byPatient = await datasets.split('set', { ...request, by: 'patient' })
  assert.deepEqual(byPatient.leakage, { patients: 0, studies: 0 })
  assert.equal((await datasets.split('set', { ...request, preset: 'as-released' })).test, Math.ceil(kept.length / 10))
  assert.equal(datasets.splits('set').length, 4)
  await assert.rejects(datasets.split('set', { ...request, by: 'file' }), { code: 'SPLIT_NO_LIST' })
})

test('the split by file follows train.csv and valid.csv', async (t) => {
  const { services, folder } = testLibrary(t)
  await chexpertFolder(join(folder, 'set'), { films: false, patients: 5 })
  await chexpertFolder(join(folder, 'set'), { films: false, patients: 2, name: 'valid.csv', part: 'valid', first: 6 })
  await importNow(services, join(folder, 'set'), { labelsOnly: true })
  const { train, val, test: tests } = await services.datasets.split('set', { by: 'file', seed: 42, ratios: [80, 10, 10], policy: PAPER_POLICY })
  assert.deepEqual([train, val, tests], [10, 4, 0])
})

test('rename and remove', async (t) => {
  const { services } = await randomSet(t)
  const { datasets, store } = services
  const { id } = datasets.rename('set', 'other')
  assert.deepEqual([datasets.get(id).name, datasets.get('other').id], ['other', id])
  assert.throws(() => datasets.get('set'), { code: 'NOT_FOUND' })
  await datasets.split(id, { by: 'patient', seed: 1, ratios: [80, 10, 10], policy: PAPER_POLICY })
  assert.equal(await datasets.remove(id), true)
  assert.deepEqual([datasets.list(), store.studies.isEmpty()], [[], true])
})
