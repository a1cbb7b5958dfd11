import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { runInput } from '#shared/contracts/training.ts'
import { LABELS, PAPER_POLICY } from '#shared/domain/labels.ts'
import type { RunConfig, TrainEvent } from '#shared/domain/run.ts'
import { readNpy } from '#main/engine/data/npy.ts'
import { readPlan } from '#main/engine/plan.ts'
import { chexpertFolder, importNow, testLibrary } from '../testing/library.ts'
import type { TestLibrary } from '../testing/library.ts'
import { RunPreparation } from './preparing.ts'

const TRAIN = 0
const TEST = 2

interface Films extends TestLibrary {
  dataset: string
  paths: string[]
  preparation: RunPreparation
}

/** Two films each of 30 patients: every one has edema; of pneumonia the first is uncertain, the second negative. */
async function films(t: TestContext, unreadable: readonly number[] = []): Promise<Films> {
  const made = testLibrary(t)
  const folder = join(made.folder, 'films')
  const paths = (await chexpertFolder(folder, { patients: 30 })).map((path) => join(folder, path))
  const { result } = await importNow(made.services, folder, { as: 'dataset', name: 'films' })
  const { store, folders, settings } = made.services
  const packs = { ensure: () => Promise.resolve({ file: join(folders.packs, 'films.npy'), unreadable: new Set(unreadable) }) }
  return { ...made, dataset: String(result!['dataset']), paths, preparation: new RunPreparation(store, folders, settings, packs) }
}

const configOf = (dataset: string, more: object = {}): RunConfig =>
  ({ ...runInput.parse({ dataset, model: 'resnet18', init: 'random', size: 32, batch: 8, workers: 1, ...more }), device: 'cpu' }) as RunConfig

test('a split in which patients leak is refused with how many, until somebody says why; the words stay on the run', async (t) => {
  const { services, dataset, preparation } = await films(t)
  const stored = services.store.datasets.get(dataset)
  const leaky = configOf(dataset, { split: 'image' })
  assert.throws(() => preparation.split(stored, leaky), (error: { code: string; message: string; remedy: string }) => {
    const [split] = services.store.splits.ofDataset(stored.key)
    assert.ok(split!.leakage.patients > 0)
    assert.equal(error.code, 'LEAKAGE')
    assert.match(error.message, new RegExp(` ${Math.round(100 * split!.leakage.patients)} % of the test images`))
    assert.match(error.remedy, /--allow-leakage/)
    return true
  })
  await assert.rejects(services.training.start(runInput.parse({ ...leaky, device: 'cpu' })), { code: 'LEAKAGE' })
  assert.deepEqual(services.training.list(), [])
  const why = 'The paper splits by image.'
  const { id } = await services.training.start(runInput.parse({ ...leaky, device: 'cpu', allowLeakage: why }))
  assert.equal(services.training.get(id).config.allowLeakage, why)

  assert.ok(!('allowLeakage' in preparation.split(stored, configOf(dataset)).config), 'by patient nothing leaks')
  assert.match(preparation.split(stored, configOf(dataset, { split: 'image', preset: 'as-released' })).config.allowLeakage!, /published script/)
})

test('a duplicate across training and test is refused, too, until it is excluded or somebody says why', async (t) => {
  const { services, dataset, paths, preparation } = await films(t)
  const { store, quality, jobs } = services
  const stored = store.datasets.get(dataset)
  const { split } = preparation.split(stored, configOf(dataset))
  const parts = store.splits.parts(split)
  const [from, to] = [parts.indexOf(TRAIN), parts.indexOf(TEST)]
  copyFileSync(paths[from]!, paths[to]!)
  assert.equal((await jobs.ended(quality.check(dataset).id)).state, 'finished')
  const tests = parts.filter((part) => part === TEST).length
  assert.throws(() => preparation.split(stored, configOf(dataset)), { code: 'LEAKAGE', message: `1 of the test images (${(100 / tests).toFixed(1)} %) have a duplicate in training.` })
  assert.equal(preparation.split(stored, configOf(dataset, { allowLeakage: 'known' })).config.allowLeakage, 'known')
  const { rows } = services.datasets.images(dataset, { filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 100 })
  quality.decide(dataset, { choice: 'exclude', note: '', rows: [rows[to]!.id] })
  assert.equal(preparation.split(stored, configOf(dataset)).split.id, split.id)
})

test('a run learns from the labels of its policy, and neither from unreadable films nor from excluded ones', async (t) => {
  const { services, folder, dataset, preparation } = await films(t, [7])
  const { store, quality } = services
  const policy = { ...PAPER_POLICY, blank: 'ignore' as const, labels: { Pneumonia: { uncertain: 'ones' as const } } }
  const config = configOf(dataset, { policy, metadata: true })
  const { split } = preparation.split(store.datasets.get(dataset), config)
  const { rows } = services.datasets.images(dataset, { filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 100 })
  quality.decide(dataset, { choice: 'exclude', note: 'twice', rows: [rows[3]!.id, rows[4]!.id] })
  const told: TrainEvent[] = []
  const out = join(folder, 'run')
  const labels = await preparation.write({ run: 'run_1', config, split: split.id }, out, (event) => told.push(event), new AbortController().signal)
  const says = told.flatMap((event) => (event.event === 'log' ? [event.message] : [])).join('\n')
  assert.match(says, /^1 films could not be read/m)
  assert.match(says, /^2 films that were excluded/m)
  assert.deepEqual((({ images, cells }) => [images, cells])(labels), [0, 0])

  const expected = rows.flatMap((_, row) => LABELS.map((label) => (label === 'Edema' ? 1 : label === 'Pneumonia' ? Number(row % 2 === 0) : 255)))
  const targets = await readNpy(join(out, 'labels.npy'))
  assert.deepEqual([targets.header.shape, [...targets.array]], [[60, 14], expected])
  const parts = [...store.splits.parts(split)]
  for (const row of [3, 4, 7]) parts[row] = 255
  assert.deepEqual([...(await readNpy(join(out, 'split.npy'))).array], parts)
  assert.deepEqual((await readNpy(join(out, 'metadata.npy'))).header.shape[0], 60)
  const plan = await readPlan(out)
  assert.deepEqual([plan.config.policy, plan.labels, plan.split], [policy, join(out, 'labels.npy'), join(out, 'split.npy')])
})

test('labels alone cannot be trained on, nor a split whose films are all excluded', async (t) => {
  const { services, folder, dataset, preparation } = await films(t)
  const { store, quality } = services
  const stored = store.datasets.get(dataset)
  assert.throws(() => preparation.split({ ...stored, hasFiles: false }, configOf(dataset)), { code: 'NO_FILMS' })
  const { split, config } = preparation.split(stored, configOf(dataset))
  const { rows } = services.datasets.images(dataset, { filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 100 })
  const parts = store.splits.parts(split)
  quality.decide(dataset, { choice: 'exclude', note: '', rows: rows.filter((_, row) => parts[row] === 1).map(({ id }) => id) })
  const write = preparation.write({ run: 'run_2', config, split: split.id }, join(folder, 'run'), () => {}, new AbortController().signal)
  await assert.rejects(write, { code: 'SPLIT_EMPTY', message: /validate/ })
})
