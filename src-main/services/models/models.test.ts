import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { LABELS } from '#shared/domain/labels.ts'
import { modelFiles } from '#main/engine/inference/model-folder.ts'
import { openPredictor } from '#main/engine/inference/predictor.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from './testing.ts'

let library: TestLibrary
before(async () => void (library = await openTestLibrary()))
after(() => library[Symbol.asyncDispose]())

test('an imported model has its files, hash and network; importing it again gives the same', async () => {
  const { models } = library.services
  const folder = await writeTestModel(join(library.folder, 'one'), { head: 'concat-pool', size: 96 })
  const row = await models.importFrom(folder, 'One')
  assert.deepEqual([row.name, row.version, row.architecture, row.head, row.size, row.isDefault], ['One', 1, 'resnet18', 'concat-pool', 96, true])
  const bytes = await readFile(join(folder, 'model.safetensors'))
  assert.equal(row.weightsHash, createHash('sha256').update(bytes).digest('hex'))
  const { files, perLabelAuc } = await models.get('One')
  assert.deepEqual(files.map(({ name }) => name), ['model.json', 'model.onnx', 'model.safetensors'])
  assert.deepEqual(perLabelAuc, Object.fromEntries(LABELS.map((label) => [label, null])))
  assert.equal((await models.importFrom(join(folder, 'model.safetensors'))).id, row.id)
  assert.equal(models.list().length, 1)
})

test('the kept ONNX file says what one made in memory says', async () => {
  const { models } = library.services
  const kept = modelFiles(models.folder(models.list()[0]!.id))
  await using first = await openPredictor(kept)
  await using second = await openPredictor({ ...kept, network: join(library.folder, 'not-there.onnx') })
  const film = Uint8Array.from({ length: 96 * 96 }, (_, i) => (i * 31) % 256)
  assert.deepEqual(await first.predict(film), await second.predict(film))
})

test('an ONNX file of other weights is not taken for theirs', async () => {
  const kept = modelFiles(library.services.models.folder(library.services.models.list()[0]!.id))
  const others = modelFiles(await writeTestModel(join(library.folder, 'others'), { head: 'concat-pool', size: 96, seed: 9 }))
  await using beside = await openPredictor({ ...others, network: kept.network })
  await using alone = await openPredictor(others)
  const film = Uint8Array.from({ length: 96 * 96 }, (_, i) => (i * 31) % 256)
  assert.deepEqual(await beside.predict(film), await alone.predict(film))
})

test('weights and description may lie side by side under one name; other weights of the same name are a next version', async () => {
  const { models } = library.services
  const folder = await writeTestModel(join(library.folder, 'two'), { seed: 2 })
  await rename(join(folder, 'model.json'), join(folder, 'chest.json'))
  await rename(join(folder, 'model.safetensors'), join(folder, 'chest.safetensors'))
  const row = await models.importFrom(join(folder, 'chest.safetensors'), 'One')
  assert.deepEqual([row.name, row.version, row.isDefault], ['One', 2, false])
  assert.equal(models.setDefault(row.id).isDefault, true)
  assert.equal(models.list().filter(({ isDefault }) => isDefault).length, 1)
})

test('what is no model is refused by file and reason, and leaves nothing in the library', async () => {
  const { models, folders } = library.services
  const before = await readdir(folders.models)
  const broken = async (name: string, change: (folder: string) => Promise<void>, code: string, file: string) => {
    const folder = await writeTestModel(join(library.folder, name), { seed: 3 })
    await change(folder)
    await assert.rejects(models.importFrom(folder), { code, file: join(folder, file) }, name)
  }
  await broken('no-card', (folder) => rm(join(folder, 'model.json')), 'MODEL_MISSING', 'model.json')
  await broken('no-json', (folder) => writeFile(join(folder, 'model.json'), '{'), 'MODEL_CARD', 'model.json')
  await broken('other-labels', (folder) => writeFile(join(folder, 'model.json'), JSON.stringify({ model: 'resnet18', head: 'linear', size: 64, labels: ['Edema'] })), 'MODEL_CARD', 'model.json')
  await broken('other-head', (folder) => writeFile(join(folder, 'model.json'), JSON.stringify({ model: 'resnet18', head: 'concat-pool', size: 64, labels: LABELS })), 'WEIGHTS_MISMATCH', 'model.safetensors')
  await broken('cut-off', async (folder) => writeFile(join(folder, 'model.safetensors'), (await readFile(join(folder, 'model.safetensors'))).subarray(0, 1e6)), 'WEIGHTS_FORMAT', 'model.safetensors')
  await assert.rejects(models.importFrom(join(library.folder, 'nowhere')), { code: 'MODEL_MISSING' })
  assert.deepEqual(await readdir(folders.models), before)
  assert.equal(models.list().length, before.length)
})

test('removing takes the files too', async () => {
  const { models } = library.services
  const [newest] = models.list()
  assert.equal(await models.remove(newest!.id), true)
  assert.deepEqual(await models.get('One').then(({ version }) => version), 1)
  assert.ok(!(await readdir(library.services.folders.models)).includes(newest!.id))
})
