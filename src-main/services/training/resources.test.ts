import assert from 'node:assert/strict'
import { mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { runInput } from '#shared/contracts/training.ts'
import { HEADS, MODEL_NAMES } from '#shared/domain/run.ts'
import { architecture } from '#main/engine/model/architecture.ts'
import { isTrained } from '#main/engine/model/entries.ts'
import { chexpertFolder, importNow, testLibrary } from '../testing/library.ts'
import type { TestLibrary } from '../testing/library.ts'
import { checkpointBytes, parametersOf } from './needs.ts'

const GB = 1e9

async function library(t: TestContext): Promise<TestLibrary & { dataset: string; films: number }> {
  const made = testLibrary(t)
  const films = await chexpertFolder(join(made.folder, 'films'), { patients: 6 })
  const { result } = await importNow(made.services, join(made.folder, 'films'), { as: 'dataset', name: 'films' })
  return { ...made, dataset: String(result!['dataset']), films: films.length }
}

const asked = (dataset: string, more: object = {}) => runInput.parse({ dataset, model: 'resnet18', init: 'random', size: 64, batch: 8, workers: 2, device: 'cpu', ...more })

test('the values of a network are those that it trains', () => {
  for (const model of MODEL_NAMES) {
    for (const head of HEADS) {
      const counted = architecture({ model, head }).entries.filter(isTrained).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
      assert.equal(parametersOf({ model, head }), counted, `${model}, ${head}`)
    }
  }
  assert.equal(parametersOf({ model: 'densenetblur121d', head: 'linear' }), 6_987_438)
  assert.equal(parametersOf({ model: 'densenetblur121d', head: 'concat-pool' }), 8_033_952)
})

test('the films of a pack count until they are on disk', async (t) => {
  const { services, dataset, films } = await library(t)
  const packs = services.folders.packs
  const pack = async (): Promise<number> => (await services.training.check(asked(dataset))).disk.pack
  assert.equal(await pack(), films * 64 * 64)
  mkdirSync(packs, { recursive: true })
  writeFileSync(join(packs, `${dataset}-64.npy.part`), '')
  truncateSync(join(packs, `${dataset}-64.npy.part`), 4096)
  assert.equal(await pack(), films * 64 * 64 - 4096)
  writeFileSync(join(packs, `${dataset}-64.npy`), '')
  assert.equal(await pack(), 0)
  const { disk, problem } = await services.training.check(asked(dataset))
  assert.equal(disk.checkpoints, checkpointBytes({ model: 'resnet18', head: 'linear' }))
  assert.ok(disk.free > 0 && statSync(services.folders.data).isDirectory() && problem === null)
})

test('a run that the memory cannot hold is refused before it is kept', async (t) => {
  const { services, dataset } = await library(t)
  const monster = asked(dataset, { model: 'densenetblur121d', size: 1024, batch: 4096 })
  const { memory, problem } = await services.training.check(monster)
  assert.ok(memory.needed > 2 * memory.total && memory.total === totalmem() && !memory.measured)
  assert.equal(problem?.code, 'MEMORY_SHORT')
  await assert.rejects(services.training.start(monster), { code: 'MEMORY_SHORT' })
  assert.deepEqual(services.training.list(), [])
})

test('speed and memory are those of the likest run: with validation, and memory only of the same batch and precision', async (t) => {
  const { services, dataset } = await library(t)
  const { store, training } = services
  const config = { ...asked(dataset), dataset: store.datasets.get(dataset).id, device: 'cpu' as const, batch: 8, workers: 2, init: 'random', epochs: 2 }
  const keep = (name: string, change: object, seconds: number, memoryUsed: number): void => {
    const run = store.runs.create({ name, dataset: config.dataset, datasetName: 'films', split: null, config: { ...config, ...change } })
    // 10 steps an epoch.
    store.runs.update(run.id, { totalSteps: 20, imagesPerSecond: 999 })
    const auc = { macro: null, defined: 0, perLabel: {} as never }
    for (const epoch of [1, 2]) store.telemetry.addEpoch(run.id, { epoch, trainLoss: 1, valLoss: 1, accuracy: 1, allNegativeAccuracy: 1, auc, imagesPerSecond: 999, seconds })
    store.telemetry.addDevices(run.id, 'now', [0, 1].map((rank) => ({ rank, name: 'cpu', pid: 1, utilisation: 1, memoryUsed: memoryUsed + rank, memoryTotal: 16 * GB })))
  }
  keep('alike', {}, 10, GB)
  keep('another batch', { batch: 4 }, 1, 5 * GB)
  keep('another size', { size: 224 }, 1, 9 * GB)
  const alike = await training.check(asked(dataset))
  // 2 processes of 8 images, 10 steps, 10 seconds.
  assert.deepEqual([alike.speed?.run?.name, alike.speed?.imagesPerSecond], ['alike', 16])
  assert.deepEqual([alike.memory.measured, alike.memory.needed], [true, 2 * (GB + 1)])
  const other = await training.check(asked(dataset, { batch: 2 }))
  assert.ok(other.speed && !other.memory.measured, 'a speed to go by, no memory')
  assert.ok(!(await training.check(asked(dataset, { precision: 'bf16' }))).memory.measured, 'half as wide numbers take less')
  assert.equal((await training.check(asked(dataset, { size: 320 }))).speed, null)
})

test('a run has the notes and the name that it is given, and the pages hear of them', async (t) => {
  const { services, dataset, events } = await library(t)
  const { store, training } = services
  const { id } = store.runs.create({ name: 'first', dataset: store.datasets.get(dataset).id, datasetName: 'films', split: null, config: asked(dataset) as never })
  assert.equal(training.get(id).notes, '')
  training.update(id, { notes: 'Too small a set.' })
  const renamed = training.update(id, { name: 'second' })
  assert.deepEqual([renamed.name, renamed.notes, training.list()[0]!.notes], ['second', 'Too small a set.', 'Too small a set.'])
  assert.deepEqual(events.at(-1), { name: 'run', payload: renamed })
  assert.throws(() => training.update('run_nobody', { notes: '' }), { code: 'NOT_FOUND' })
})
