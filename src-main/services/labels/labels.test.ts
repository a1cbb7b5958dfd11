import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { parse } from 'csv-parse/sync'
import type { DatasetImage, ImageFilter } from '#shared/domain/dataset.ts'
import { LABELS, PAPER_POLICY, target } from '#shared/domain/labels.ts'
import type { Label, LabelPolicy, Policy, RawLabel } from '#shared/domain/labels.ts'
import { openStore } from '#main/store/index.ts'
import { BLANK } from '#main/store/repositories/labels.ts'
import { HEADER, importNow, line, testLibrary } from '../testing/library.ts'
import type { TestLibrary } from '../testing/library.ts'

const ALL: ImageFilter = { search: '', labels: [] }
const PAGE = { filter: ALL, sort: 'row' as const, descending: false, offset: 0, limit: 500 }
const RAW: RawLabel[] = [1, 0, -1, null]
type Rows = RawLabel[][]

/** A generator of small numbers that is the same every time. */
function numbers(seed: number): (n: number) => number {
  let state = seed
  return (n) => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8) % n
}

async function randomSet(t: TestContext, rows: number): Promise<TestLibrary & { source: Rows }> {
  const library = testLibrary(t)
  const random = numbers(11)
  const source = Array.from({ length: rows }, () => LABELS.map(() => RAW[Math.min(3, random(6))]!))
  const lines = source.map((labels, i) => line(`set/train/patient${i >> 1}/study1/view${i}.jpg`, Object.fromEntries(LABELS.map((label, j) => [label, labels[j] === null ? '' : `${labels[j]}.0`]))))
  mkdirSync(join(library.folder, 'set'))
  writeFileSync(join(library.folder, 'set', 'train.csv'), `${[HEADER.join(','), ...lines].join('\n')}\n`)
  await importNow(library.services, join(library.folder, 'set'), { labelsOnly: true })
  return { ...library, source }
}

const valuesOf = (image: Pick<DatasetImage, 'labels'>): RawLabel[] => LABELS.map((label) => image.labels[label])
const matrixOf = ({ services }: TestLibrary): Rows => {
  const matrix = services.store.labels.matrix(services.store.datasets.get('set').key)
  return Array.from({ length: matrix.length / LABELS.length }, (_, row) => [...matrix.subarray(row * LABELS.length, (row + 1) * LABELS.length)].map((value) => (value === BLANK ? null : (value as RawLabel))))
}

/** Every way to read the set says what plain rows say. */
function check(library: TestLibrary, now: Rows, source: Rows): void {
  const { datasets, store } = library.services
  assert.deepEqual(matrixOf(library), now)
  for (const [reading, rows] of [['edited', now], ['raw', source]] as const) {
    const shown = datasets.images('set', { ...PAGE, filter: { ...ALL, reading } }).rows
    assert.deepEqual(shown.map(valuesOf), rows)
    for (const [i, { label, positive, negative, uncertain, blank }] of datasets.labelCounts('set', reading).entries()) {
      const count = (value: RawLabel): number => rows.filter((row) => row[i] === value).length
      assert.deepEqual([label, positive, negative, uncertain, blank], [LABELS[i], count(1), count(0), count(-1), count(null)])
      assert.equal(datasets.images('set', { ...PAGE, filter: { ...ALL, reading, labels: [{ label: LABELS[i]!, value: 'uncertain' }] } }).total, count(-1))
    }
    assert.deepEqual(datasets.facets('set', { ...ALL, reading }).labels, datasets.labelCounts('set', reading))
  }
  const differ = now.map((row, at) => row.filter((value, i) => value !== source[at]![i]).length)
  const edited = { cells: differ.reduce((sum, count) => sum + count, 0), images: differ.filter(Boolean).length }
  assert.deepEqual(store.labels.edited(store.datasets.get('set').key), edited)
  assert.equal(datasets.facets('set', ALL).edited, edited.images)
  assert.deepEqual(datasets.images('set', { ...PAGE, filter: { ...ALL, edited: true } }).rows.map((row) => Object.keys(row.edits!).length), differ.filter(Boolean))
  assert.equal(datasets.images('set', { ...PAGE, filter: { ...ALL, edited: false } }).total, now.length - edited.images)
}

test('edits in any order, and taking them back, leave what plain rows would; raw values never change; a fresh process reads the same', async (t) => {
  const library = await randomSet(t, 60)
  const { services, source } = library
  services.settings.set({ reader: 'Dr Who' })
  const ids = services.datasets.images('set', PAGE).rows.map(({ id }) => id)
  const now = source.map((row) => [...row])
  const random = numbers(5)
  const made: { id: string; cells: [row: number, label: number, was: RawLabel, value: RawLabel, at: number][] }[] = []
  const newest = new Map<string, number>()
  const apply = (id: string, cells: [number, number, RawLabel][]): void => {
    const done = cells.flatMap(([row, label, value]): (typeof made)[number]['cells'] => {
      const was = now[row]![label]!
      if (was === value) return []
      now[row]![label] = value
      newest.set(`${row} ${label}`, made.length)
      return [[row, label, was, value, made.length]]
    })
    made.push({ id, cells: done })
  }
  for (let round = 0; round < 40; round++) {
    if (made.length > 3 && random(3) === 0) {
      const back = made[random(made.length)]!
      const cells = back.cells.filter(([row, label, , , at]) => newest.get(`${row} ${label}`) === at)
      if (!cells.length) assert.throws(() => services.labels.undo(back.id), { code: 'NOTHING_TO_UNDO' })
      else {
        const { change } = services.labels.undo(back.id)
        assert.equal(change!.undoes, back.id)
        apply(change!.id, cells.map(([row, label, was]) => [row, label, was]))
      }
    } else {
      const rows = [...new Set(Array.from({ length: 1 + random(20) }, () => random(60)))]
      const values = Object.fromEntries(Array.from({ length: 1 + random(3) }, () => [LABELS[random(14)]!, RAW[random(4)]!])) as Partial<Record<Label, RawLabel>>
      const request = { dataset: 'set', rows: rows.map((row) => ids[row]!), filter: ALL, values, why: `round ${round}` }
      const cells = rows.flatMap((row) => Object.entries(values).map(([label, value]): [number, number, RawLabel] => [row, LABELS.indexOf(label as Label), value]))
      const expected = cells.filter(([row, label, value]) => now[row]![label] !== value).length
      assert.deepEqual([services.labels.preview(request).images, services.labels.preview(request).cells], [rows.length, expected])
      if (!expected) assert.throws(() => services.labels.edit(request), { code: 'NOTHING_TO_EDIT' })
      else {
        const { change } = services.labels.edit(request)
        assert.deepEqual([change!.cells, change!.editor, change!.why, change!.asked], [expected, 'Dr Who', `round ${round}`, values])
        apply(change!.id, cells)
      }
    }
  }
  check(library, now, source)
  assert.deepEqual(services.labels.history('set', 100).map(({ id, cells }) => [id, cells]), made.toReversed().map(({ id, cells }) => [id, cells.length]))
  for (const row of [0, 17]) {
    const told = services.labels.ofImage(ids[row]!).toReversed().flatMap(({ id, edits }) => edits.map(({ label, was, value }) => `${id} ${label} ${was} ${value}`))
    assert.deepEqual(told.sort(), made.flatMap(({ id, cells }) => cells.filter(([at]) => at === row).map(([, label, was, value]) => `${id} ${LABELS[label]} ${was} ${value}`)).sort())
  }
  const fresh = openStore(join(library.folder, 'data'))
  const { key } = fresh.datasets.get('set')
  assert.deepEqual(fresh.datasetImages.page({ ...PAGE, filter: { search: '', labels: [] }, dataset: key }).rows.map(valuesOf), now)
  await fresh.datasetImages.prepare(key, async () => {})
  assert.deepEqual(fresh.datasetImages.page({ ...PAGE, dataset: key, filter: { search: '', labels: [], reading: 'raw' } }).rows.map(valuesOf), source)
  fresh.close()
})

test('an edit of many images is a job: cut short it holds what it did, goes on, and can be taken back', async (t) => {
  const library = await randomSet(t, 1300)
  const { services, source } = library
  const filter: ImageFilter = { ...ALL, labels: [{ label: 'Edema', value: 'uncertain' }] }
  const request = { dataset: 'set', filter: ALL, values: { Edema: 1 as const, Fracture: null }, why: 'all' }
  const expected = source.map((row) => row.map((value, i) => (i === 3 ? 1 : i === 5 ? null : value)))
  const { job } = services.labels.edit(request)
  await new Promise(setImmediate)
  await services.jobs.cancel(job!)
  const part = services.labels.history('set', 1)[0]!
  assert.ok(part.images > 0 && part.images < 1300, String(part.images))
  assert.equal((await services.jobs.ended(services.jobs.resume(job!).id)).state, 'finished')
  assert.deepEqual(matrixOf(library), expected)
  assert.equal(services.datasets.images('set', { ...PAGE, filter }).total, 0)
  const [change] = services.labels.history('set', 10)
  const raw = source.flat()
  assert.equal(change!.cells, expected.flat().filter((value, at) => value !== raw[at]).length)

  // What was changed since stays when the rest is taken back.
  const [first] = services.datasets.images('set', PAGE).rows
  services.labels.edit({ dataset: 'set', rows: [first!.id], filter: ALL, values: { Edema: -1 }, why: '' })
  const undo = await services.jobs.ended(services.labels.undo(change!.id).job!)
  assert.equal(undo.state, 'finished')
  const after = source.map((row) => [...row])
  after[0]![3] = -1
  assert.deepEqual(matrixOf(library), after)
  assert.deepEqual(services.labels.history('set', 10).map(({ undone }) => undone), [false, false, true])
})

test('copies, splits, exports and policies follow the edited labels', async (t) => {
  const library = await randomSet(t, 120)
  const { services, source } = library
  const { datasets, labels, jobs, store } = services
  const split = { by: 'patient' as const, seed: 1, ratios: [80, 10, 10] as [number, number, number], policy: PAPER_POLICY }
  const before = await datasets.split('set', split)
  const rows = datasets.images('set', PAGE).rows
  const negative = Object.fromEntries(LABELS.map((label) => [label, 0])) as Record<Label, RawLabel>
  const gone = rows.findIndex((row) => valuesOf(row).includes(1))
  const { change } = labels.edit({ dataset: 'set', rows: [rows[gone]!.id], filter: ALL, values: negative, why: 'normal' })
  const after = await datasets.split('set', split)
  assert.notEqual(after.id, before.id)
  assert.equal(store.splits.parts(store.splits.get(after.id))[gone], 255)
  labels.undo(change!.id)
  assert.equal((await datasets.split('set', split)).id, before.id, 'the labels are the source\'s again')

  labels.edit({ dataset: 'set', rows: rows.slice(0, 9).map(({ id }) => id), filter: ALL, values: { Fracture: 1, Edema: null }, why: 'read again' })
  const now = source.map((row, at) => row.map((value, i) => (at < 9 && i === 5 ? 1 : at < 9 && i === 3 ? null : value)))
  await jobs.ended(datasets.subset({ dataset: 'set', name: 'copy', filter: { ...ALL, edited: true } }).id)
  const copied = datasets.images('copy', PAGE).rows
  assert.deepEqual(copied.map(valuesOf), now.filter((row, at) => row.some((value, i) => value !== source[at]![i])))
  assert.deepEqual(datasets.images('copy', { ...PAGE, filter: { ...ALL, reading: 'raw' } }).rows.map(valuesOf), source.filter((row, at) => row.some((value, i) => value !== now[at]![i])))
  assert.match(labels.history('copy', 5)[0]!.why, /Copied from the data set "set"/)

  const written = async (filter: ImageFilter, policy?: Policy): Promise<string[]> => {
    const file = join(library.folder, 'out.csv')
    await datasets.writeCsv('set', filter, file, policy)
    return (parse(readFileSync(file), { columns: true }) as Record<string, string>[]).map((row) => LABELS.map((label) => row[label]).join())
  }
  const text = (values: Rows): string[] => values.map((row) => row.map((value) => (value === null ? '' : `${value}.0`)).join())
  assert.deepEqual(await written(ALL), text(now))
  assert.deepEqual(await written({ ...ALL, reading: 'raw' }), text(source))

  const random = numbers(3)
  const some = (): LabelPolicy => (['zeros', 'ones', 'ignore'] as const)[random(3)]!
  let policy: Policy = PAPER_POLICY
  for (let round = 0; round < 12; round++) {
    const next: Policy = { uncertain: some(), blank: some(), dropWithoutPositive: random(2) === 0, labels: Object.fromEntries(LABELS.filter(() => random(3) === 0).map((label) => [label, random(2) ? { uncertain: some() } : { blank: some(), uncertain: some() }])) }
    const read = (one: Policy) => now.map((row) => row.map((value, i) => target(value, one, LABELS[i]!)))
    const keeps = (targets: number[], one: Policy): boolean => !one.dropWithoutPositive || targets.includes(1)
    const [was, is] = [read(policy), read(next)]
    const effect = datasets.policyEffect('set', next, policy)
    const kept = is.map((row) => keeps(row, next))
    assert.equal(effect.kept, kept.filter(Boolean).length)
    const both = is.map((row, at) => keeps(row, next) && keeps(was[at]!, policy))
    LABELS.forEach((label, i) => {
      const count = (value: number): number => is.filter((row, at) => kept[at] && row[i] === value).length
      assert.deepEqual(effect.becomes[label], { positive: count(1), negative: count(0), ignored: count(255) })
      assert.equal(effect.since!.changed[label], is.filter((row, at) => both[at] && row[i] !== was[at]![i]).length)
    })
    assert.equal(effect.since!.rows, is.filter((row, at) => keeps(row, next) !== keeps(was[at]!, policy) || (both[at] && row.some((value, i) => value !== was[at]![i]))).length)
    assert.deepEqual(await written(ALL, next), is.filter((_, at) => kept[at]).map((row) => row.map((value) => (value === 255 ? '' : `${value}.0`)).join()))
    policy = next
  }
  labels.setPolicy('set', { ...PAPER_POLICY, labels: { Edema: { uncertain: 'ones', blank: 'zeros' }, Fracture: { uncertain: 'zeros' } } })
  assert.deepEqual(labels.policy('set'), { ...PAPER_POLICY, labels: { Edema: { uncertain: 'ones' } } })
  labels.setPolicy('set', null)
  assert.deepEqual([labels.policies(), labels.policy('set')], [{}, PAPER_POLICY])
})
