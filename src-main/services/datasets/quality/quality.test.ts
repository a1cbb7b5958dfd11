import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { parse } from 'csv-parse/sync'
import { PAPER_POLICY } from '#shared/domain/labels.ts'
import { importNow, testLibrary } from '../../testing/library.ts'
import type { TestLibrary } from '../../testing/library.ts'
import { SOUND, SPOILED, spoiledSet } from './testing.ts'
import type { Spoiled } from './testing.ts'

const SPLIT = { by: 'image' as const, seed: 42, ratios: [50, 10, 40] as [number, number, number], policy: { ...PAPER_POLICY, dropWithoutPositive: false } }
const ALL = { offset: 0, limit: 200 }

async function spoiled(t: TestContext): Promise<TestLibrary & { paths: string[]; id: string; row(kind: Spoiled): string }> {
  const library = testLibrary(t)
  const folder = join(library.folder, 'set')
  const paths = await spoiledSet(folder)
  // The import proves films whole; this one breaks afterwards.
  const broken = join(folder, paths[SOUND + SPOILED.indexOf('broken')]!)
  const cut = readFileSync(broken)
  copyFileSync(join(folder, paths[0]!), broken)
  await importNow(library.services, folder, { as: 'dataset' })
  const [{ id } = { id: '' }] = library.services.datasets.list()
  rmSync(broken)
  writeFileSync(broken, cut)
  const { rows } = library.services.datasets.images(id, { filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 100 })
  return { ...library, paths, id, row: (kind) => rows[SOUND + SPOILED.indexOf(kind)]!.id }
}

test('every spoiled film of a real set is found with its reason, figure and threshold; sound films are left alone', async (t) => {
  const { services, id, row } = await spoiled(t)
  const { quality, jobs } = services
  assert.deepEqual((({ measured, checkedAt, doubted }) => ({ measured, checkedAt, doubted }))(quality.summary(id)), { measured: 0, checkedAt: null, doubted: 0 })
  const job = await jobs.ended(quality.check(id).id)
  assert.equal(job.state, 'finished', JSON.stringify(job.error))
  const { rows, total } = quality.films(id, ALL)
  assert.equal(total, rows.length)
  const reasons = Object.fromEntries(SPOILED.map((kind) => [kind, rows.find((film) => film.id === row(kind))?.findings.map(({ reason }) => reason) ?? []]))
  assert.deepEqual(reasons, {
    broken: ['unreadable'], blank: ['blank'], copy: ['identical'], jpeg: ['near-duplicate'], small: ['near-duplicate'], bright: ['near-duplicate'], cropped: ['near-duplicate'],
    inverted: ['inverted'], lateral: ['lateral'], tiny: ['tiny'], overexposed: ['intensity'],
  })
  // The originals of the five copies, and none else.
  const spoiledRows = new Set(SPOILED.map(row))
  assert.deepEqual(rows.filter((film) => !spoiledRows.has(film.id)).map(({ findings }) => findings.map(({ reason }) => reason).join()).sort(), ['identical', 'near-duplicate', 'near-duplicate', 'near-duplicate', 'near-duplicate'])
  for (const film of rows) {
    if (film.twin) assert.equal(film.alike, 2, film.fileName)
    for (const { reason, figure, threshold } of film.findings) {
      const below = reason === 'blank' || reason === 'tiny' || reason === 'inverted'
      if (figure !== null) assert.ok(below ? figure < threshold! || figure === threshold : figure >= threshold!, `${reason} ${figure} ${threshold}`)
    }
  }
  const summary = quality.summary(id)
  assert.deepEqual(Object.fromEntries(summary.reasons.map(({ reason, films }) => [reason, films])), { unreadable: 1, blank: 1, identical: 2, 'near-duplicate': 8, lateral: 1, inverted: 1, tiny: 1, intensity: 1 })
  assert.deepEqual([summary.films, summary.measured, summary.clusters, summary.doubted, summary.stale], [35, 35, 5, 16, false])
})

test('a pack measures its films on the way, so that a check decodes none of them again; a file that came back is read again', async (t) => {
  const { services, id, paths, folder } = await spoiled(t)
  await services.packs.ensure(id, 32, { signal: new AbortController().signal, progress: () => {} })
  assert.equal(services.quality.summary(id).measured, 35)
  const asked: string[] = []
  const run = services.pool.run.bind(services.pool)
  services.pool.run = (request, options) => {
    asked.push(request.path)
    return run(request, options)
  }
  const broken = join(folder, 'set', paths[SOUND]!)
  copyFileSync(join(folder, 'set', paths[20]!), broken)
  await services.jobs.ended(services.quality.check(id).id)
  assert.deepEqual(asked, [broken])
  assert.equal(services.quality.summary(id).reasons[0]!.films, 0)
})

test('decisions stand with their history, are listed, and an excluded film does not count as a leak; a split keeps duplicates together', async (t) => {
  const { services, id, row, events } = await spoiled(t)
  const { quality, jobs, datasets, store } = services
  await jobs.ended(quality.check(id).id)
  const split = await datasets.split(id, SPLIT)
  const before = quality.leak(split.id)
  assert.ok(before.searched && before.clusters > 0)
  const { split: kept, moved } = await quality.resolve(split.id)
  assert.deepEqual({ ...quality.leak(kept.id) }, { searched: true, images: 0, share: 0, clusters: 0, moved })
  assert.equal(kept.train + kept.val + kept.test, 35)
  assert.equal((await datasets.split(id, SPLIT)).id, kept.id, 'it serves from now on')
  await assert.rejects(quality.resolve(kept.id), { code: 'NOTHING_TO_MOVE' })

  assert.equal(quality.decide(id, { choice: 'exclude', note: 'twice', reason: 'near-duplicate' }), 8)
  quality.decide(id, { choice: 'keep', note: '', rows: [row('jpeg')] })
  quality.decide(id, { choice: 'open', note: 'again', rows: [row('small')] })
  assert.deepEqual(quality.history(id, row('jpeg')).map(({ choice, note, films }) => [choice, note, films]), [['keep', '', 1], ['exclude', 'twice', 8]])
  assert.equal(store.quality.excluded(store.datasets.key(id)).length, 6)
  assert.deepEqual((({ excluded, kept: others }) => [excluded, others])(quality.summary(id)), [6, 1])
  assert.ok(quality.leak(split.id).clusters < before.clusters)
  assert.throws(() => quality.decide(id, { choice: 'exclude', note: '', rows: ['di_zzzzz'] }), { code: 'NO_ROWS' })
  assert.ok(events.some(({ name }) => name === 'changed'))

  let csv = ''
  for await (const piece of quality.csv(id)) csv += piece
  const rows = parse<Record<string, string>>(csv, { columns: true })
  assert.equal(rows.length, 16)
  assert.deepEqual(rows.filter(({ Reason }) => Reason === 'near-duplicate').map(({ Decision }) => Decision).sort(), [...Array<string>(6).fill('exclude'), 'keep', 'open'])
  for (const { Reason, Figure, Threshold } of rows) assert.equal(Boolean(Figure && Threshold), !['unreadable', 'identical', 'lateral'].includes(Reason!), Reason)
})

test('a cancelled check keeps what was measured, and goes on from there', async (t) => {
  const { services, id } = await spoiled(t)
  const { quality, jobs, store } = services
  const save = store.filmMeasures.save.bind(store.filmMeasures)
  const next = store.filmMeasures.next.bind(store.filmMeasures)
  store.filmMeasures.next = (dataset, from) => next(dataset, from, 10)
  const first = quality.check(id)
  store.filmMeasures.save = (dataset, films) => {
    save(dataset, films)
    void jobs.cancel(first.id)
  }
  assert.equal(quality.check(id).id, first.id, 'one check at a time')
  assert.equal((await jobs.ended(first.id)).state, 'cancelled')
  assert.deepEqual((({ measured, job }) => [measured, job?.state])(quality.summary(id)), [10, 'cancelled'])
  store.filmMeasures.save = save
  assert.equal((await jobs.ended(jobs.resume(first.id).id)).state, 'finished')
  assert.deepEqual((({ measured, job }) => [measured, job])(quality.summary(id)), [35, null])
})
