import assert from 'node:assert/strict'
import { join } from 'node:path'
import { mkdirSync } from 'node:fs'
import test from 'node:test'
import { createServices } from '../index.ts'
import { jpeg, importNow, testLibrary } from '../testing/library.ts'

test('an empty library loads the samples once; they go in one call and do not come back', async (t) => {
  const { services, folder } = testLibrary(t, { kind: 'web' })
  const [job] = services.jobs.list()
  const ended = await services.jobs.ended(job!.id)
  assert.deepEqual([ended.kind, ended.state, ended.skippedCount, ended.error], ['samples', 'finished', 0, null])
  const [set] = services.datasets.list()
  assert.deepEqual([set!.sample, set!.images, set!.patients], [true, 144, 112])
  mkdirSync(join(folder, 'own'))
  await jpeg(join(folder, 'own', 'film.jpg'))
  await importNow(services, join(folder, 'own'))
  const library = () => services.studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 99 }).rows
  assert.deepEqual([library().filter(({ origin }) => origin === 'sample').length >= 4, library().at(-1)!.origin], [true, 'opened'])
  const removed = await services.samples.remove()
  assert.equal(removed.datasets, 1)
  assert.deepEqual([services.datasets.list(), library().map(({ origin }) => origin)], [[], ['opened']])
  services.studies.remove(library().map(({ id }) => id))
  await services.close()
  const again = createServices({ dataFolder: join(folder, 'data'), host: services.host })
  t.after(() => again.close())
  assert.equal(again.samples.loadIfNew(), null)
  assert.deepEqual(again.jobs.list().map(({ kind }) => kind).filter((kind) => kind === 'samples'), ['samples'])
})

test('the command line starts with what it was given, and nothing else', (t) => {
  assert.deepEqual(testLibrary(t, { kind: 'cli' }).services.jobs.list(), [])
})
