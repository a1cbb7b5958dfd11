import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { CHEXPERT_ORDER, LABELS } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import { main } from '#main/cli/main.ts'
import { modelFiles } from '#main/engine/inference/model-folder.ts'
import { openPredictor } from '#main/engine/inference/predictor.ts'
import { architecture } from '#main/engine/model/architecture.ts'
import { readSafeTensors, writeSafeTensors } from '#main/engine/model/weights/safetensors.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from './testing.ts'

const TORCH = join(import.meta.dirname, '../../../test/golden/model/torch')
const film = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * 37) % 256)

let library: TestLibrary
let legacy = ''
before(async () => {
  library = await openTestLibrary()
  legacy = join(library.folder, 'chest.pth')
  await writeFile(legacy, gunzipSync(await readFile(join(TORCH, 'densenet121-legacy.pth.gz'))))
})
after(() => library[Symbol.asyncDispose]())

const sha256 = async (file: string): Promise<string> => createHash('sha256').update(await readFile(file)).digest('hex')

test('models import: a .pth of torchvision becomes a model of the library, its hash in the lineage; again it is the same model', async () => {
  const { services, folder } = library
  const run = async (...args: string[]) => {
    let out = ''
    const code = await main(['--data', join(folder, 'cli'), '--json', 'models', 'import', ...args], { stdout: (text) => void (out += text), stderr: () => {} }, new AbortController().signal)
    return { code, answer: JSON.parse(out) as Record<string, unknown> & { error?: { code: string; message: string } } }
  }
  const { code, answer } = await run(legacy, '--arch', 'densenet121', '--size', '64')
  assert.equal(code, 0)
  assert.deepEqual([answer['name'], answer['architecture'], answer['head'], answer['size']], ['chest', 'densenet121', 'linear', 64])
  assert.equal((await run(legacy, '--arch', 'densenet121', '--size', '64')).answer['id'], answer['id'])
  assert.equal((await run(legacy, '--arch', 'vgg')).code, 2)
  const wrong = await run(legacy, '--arch', 'resnet18')
  assert.equal(wrong.answer.error?.code, 'WEIGHTS_MISMATCH')
  assert.match(wrong.answer.error?.message ?? '', /tensors differ:\n {2}conv1\.weight F32 \[64, 3, 7, 7\] is missing\n[^]*and \d+ more$/)

  const row = await services.models.importFrom(legacy, undefined, { model: 'densenet121', size: 64 })
  const { imported, start, files } = await services.models.get(row.id)
  assert.deepEqual([imported, start], [{ file: 'chest.pth', sha256: await sha256(legacy) }, null])
  assert.deepEqual(files.map(({ name }) => name), ['model.json', 'model.onnx', 'model.safetensors'])
  assert.deepEqual((await readdir(services.folders.models)).filter((name) => name !== row.id), [])
})

test('what the file says in the order of CheXpert is said here by the right labels, whichever the head', async () => {
  for (const head of ['linear', 'concat-pool'] as const) {
    const folder = await writeTestModel(join(library.folder, head), { head })
    const { weights } = modelFiles(folder)
    await using own = await openPredictor(modelFiles(folder))
    const { logits: plain } = await own.predict(film)
    const row = await library.services.models.importFrom(weights, `ordered ${head}`, { model: 'resnet18', size: 64, labels: CHEXPERT_ORDER })
    assert.equal(row.head, head)
    await using ordered = await openPredictor(library.services.models.files(row.id))
    const { logits } = await ordered.predict(film)
    LABELS.forEach((label, i) => assert.ok(Math.abs(logits[i]! - plain[CHEXPERT_ORDER.indexOf(label)]!) < 1e-5, label))
  }
})

test('bare weights of another kind, of ImageNet\'s classes, unsafe ones and half an order of labels leave nothing behind', async () => {
  const { models, folders } = library.services
  const before = await readdir(folders.models)
  const refused = async (path: string, as: Parameters<typeof models.importFrom>[2], code: string, says: RegExp) =>
    assert.rejects(models.importFrom(path, 'x', as), (error) => error instanceof CodedError && error.code === code && says.test(`${error.message} ${error.remedy}`))
  const published = join(library.folder, 'published.safetensors')
  const file = await readSafeTensors(modelFiles(await writeTestModel(join(library.folder, 'body'))).weights)
  const { features } = architecture({ model: 'resnet18', head: 'linear' })
  file.tensors.set('fc.weight', { dtype: 'F32', shape: [1000, features], data: new Float32Array(1000 * features) })
  file.tensors.set('fc.bias', { dtype: 'F32', shape: [1000], data: new Float32Array(1000) })
  await writeSafeTensors(published, file)
  await refused(published, { model: 'resnet18', size: 64 }, 'WEIGHTS_MISMATCH', /fc\.weight is F32 \[1000, 512\] in the file and must be F32 \[14, 512\][^]*1000 classes[^]*start weights/)
  await refused(join(TORCH, 'exploit-system.pth'), { model: 'resnet18', size: 64 }, 'WEIGHTS_UNSAFE', /posix\.system/)
  await refused(legacy, { model: 'densenet121', size: 64, labels: LABELS.slice(1) }, 'LABELS_ORDER', /each of the 14 labels once/)
  await assert.rejects(models.importFrom(legacy), { code: 'MODEL_MISSING' })
  assert.deepEqual(await readdir(folders.models), before)
})
