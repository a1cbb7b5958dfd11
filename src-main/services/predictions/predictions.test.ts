import assert from 'node:assert/strict'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { LABELS } from '#shared/domain/labels.ts'
import { greyPicture, greyPng, networkInput, openFilm, writeFilm } from '#main/dicom/index.ts'
import { everyLabel, modelFiles } from '#main/engine/inference/model-folder.ts'
import { openPredictor } from '#main/engine/inference/predictor.ts'
import { readReference } from '#main/engine/inference/reference.ts'
import { resource } from '../app.ts'
import { openGate } from '../gate/gate.ts'
import { ensureReference } from '../gate/references.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '../models/testing.ts'

const SAMPLES = resource('samples', 'studies')

let library: TestLibrary
let films: string
before(async () => {
  library = await openTestLibrary()
  films = join(library.folder, 'films')
  await mkdir(films)
  const names = (await readdir(SAMPLES)).filter((name) => name.endsWith('.dcm')).slice(0, 3)
  for (const name of names) await copyFile(join(SAMPLES, name), join(films, name))
  await run('import', library.services.importing.start({ paths: [films], as: 'studies', labelsOnly: false }).id)
  await library.services.models.importFrom(await writeTestModel(join(library.folder, 'first')), 'first')
})
after(() => library[Symbol.asyncDispose]())

async function run(kind: string, job: string) {
  const ended = await library.services.jobs.ended(job)
  assert.equal(ended.state, 'finished', `${kind}: ${ended.error?.message}`)
  return ended
}

const studies = () => library.services.studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 100 }).rows

test('a study is predicted, kept with model and version, and no longer new', async () => {
  const { services } = library
  const [study] = studies()
  assert.equal(study!.status, 'new')
  const { predictions: [prediction] } = await services.predictions.study(study!.studyInstanceUid)
  assert.equal(services.studies.get(study!.id).status, 'predicted')
  assert.deepEqual([prediction!.modelName, prediction!.modelVersion], ['first', 1])

  const model = services.models.list()[0]!
  await using predictor = await openPredictor(modelFiles(services.models.folder(model.id)))
  const image = services.store.images.get(prediction!.image)
  const direct = await predictor.predict(await networkInput(image.path!, model.size))
  assert.deepEqual(prediction!.scores.map(({ raw }) => raw), [...direct.probabilities])
  assert.deepEqual(services.predictions.ofImage(image.id)[0], prediction)

  const map = services.predictions.activation(prediction!.id, 'Edema')
  const cells = map.height * map.width
  assert.deepEqual([map.height, map.width], [2, 2])
  assert.deepEqual(map.values, [...direct.maps.data.subarray(3 * cells, 4 * cells)])
})

test('a study that was reviewed stays so when it is predicted again', async () => {
  const { services } = library
  const [study] = studies()
  services.reports.save({ ...services.reports.ofStudy(study!.id), text: 'seen' })
  await services.predictions.study(study!.id)
  assert.equal(services.studies.get(study!.id).status, 'reviewed')
})

test('a batch predicts all, and a film that cannot be opened costs only itself', async () => {
  const { services } = library
  const whole = studies()[1]!
  const before = services.predictions.ofImage(whole.coverImage!).length
  // A film that was whole when it was imported and is cut off now.
  const victim = services.store.images.get(studies()[2]!.coverImage!)
  await writeFile(victim.path!, 'no film any more')

  const job = await run('predict', services.predictions.batch({ studies: studies().map(({ id }) => id) }).id)
  assert.deepEqual(job.result, { predicted: studies().length - 1, skipped: 1, model: services.models.list()[0]!.id })
  const skipped = services.jobs.skipped(job.id)
  assert.deepEqual(skipped.map(({ path }) => path), [victim.path])
  assert.ok(skipped[0]!.code !== 'INTERNAL' && skipped[0]!.message.length > 10)
  assert.equal(services.predictions.ofImage(whole.coverImage!).length, before + 1)
  assert.equal(services.studies.image(victim.id).problem?.code, skipped[0]!.code)
})

test('a batch over a data set that was cancelled goes on where it stood', async () => {
  const { services } = library
  await run('import', services.importing.start({ paths: [resource('samples', 'dataset')], as: 'dataset', name: 'Films', labelsOnly: false }).id)
  const images = services.store.datasetImages.images(services.store.datasets.get('Films').key)
  const predicted = () => images.filter((image) => services.predictions.ofImage(image).length).length
  const { id } = services.predictions.batch({ studies: [], dataset: 'Films', anyway: true })
  while (services.jobs.get(id).done === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal((await services.jobs.cancel(id)).state, 'cancelled')
  const before = predicted()
  assert.ok(before > 0 && before < images.length, `${before} were predicted before the cancel`)

  services.jobs.resume(id)
  const job = await run('predict', id)
  assert.deepEqual([job.result?.predicted, job.result?.skipped], [images.length, 0])
  assert.deepEqual([...new Set(images.map((image) => services.predictions.ofImage(image).length))], [1])
})

test('films that the gate speaks against are answered with why; predicted anyway, the reasons stay with the prediction and in the log of the library', async () => {
  const { services } = library
  const path = join(library.folder, 'inverted.dcm')
  const { pixels, width, height } = await greyPicture(await openFilm(join(SAMPLES, 'sample-002.dcm')))
  const uids = { studyInstanceUid: '2.25.11', seriesInstanceUid: '2.25.12', sopInstanceUid: '2.25.13' }
  await writeFile(path, writeFilm({ ...uids, object: 'DX', pixels: pixels.map((value) => 255 - value), rows: height, columns: width }))
  await run('import', services.importing.start({ paths: [path], as: 'studies', labelsOnly: false }).id)
  const { id, coverImage } = services.studies.get('2.25.11')

  const { predictions, refused } = await services.predictions.study(id, 'first')
  assert.deepEqual([predictions.length, refused.map(({ image, reasons }) => [image, reasons.map(({ code }) => code)])], [0, [[coverImage, ['inverted']]]])
  assert.equal(services.studies.get(id).status, 'new')
  const batch = await run('predict', services.predictions.batch({ model: 'first', studies: [id, studies()[0]!.id] }).id).catch((error: unknown) => error)
  assert.ok(!(batch instanceof Error), String(batch))
  assert.deepEqual(services.jobs.skipped((batch as { id: string }).id).map(({ path: skipped, code }) => [skipped, code]), [[path, 'GATE_INVERTED']])

  const anyway = await services.predictions.study(id, 'first', true)
  assert.deepEqual([anyway.refused, anyway.predictions[0]!.gate.map(({ code }) => code)], [[], ['inverted']])
  assert.deepEqual(services.predictions.ofImage(coverImage!)[0]!.gate, anyway.predictions[0]!.gate)
  const [entry] = services.store.audit.list(1)
  assert.deepEqual([entry!.action, entry!.subject, entry!.detail], ['prediction.anyway', anyway.predictions[0]!.id, { reasons: 'inverted' }])
})

test('a film far from those of training is refused, by the reference in the folder of the model', async () => {
  const { services } = library
  const { id } = services.store.models.get('first')
  const films = services.store.datasetImages.files(services.store.datasets.get('Films').key)
  const files = modelFiles(services.models.folder(id))
  await ensureReference(services, id, 'Films', { signal: new AbortController().signal })
  const reference = (await readReference(files.reference, services.store.models.get(id).weightsHash))!
  assert.ok(reference.features.length / reference.channels > films.length * 0.7)
  assert.equal(await ensureReference(services, id, 'Films', { signal: new AbortController().signal }), 0, 'made once')
  const said = async (path: string) => {
    const examined = await services.pool.run({ task: 'examine', path, size: 64 })
    return services.models.predictors.use(files, async (predictor) => (await openGate(files, predictor)).said(await predictor.predict(examined.input)).map(({ code }) => code))
  }
  const known = await Promise.all(films.slice(0, 40).map(({ path }) => said(path!)))
  assert.ok(known.filter((codes) => codes.length).length <= 2)
  const noise = join(library.folder, 'noise.png')
  await writeFile(noise, await greyPng(Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * 7919) % 256), 64, 64))
  assert.deepEqual(await said(noise), ['out-of-distribution'])
})

test('thresholds of the model are kept with the prediction; findings are what reaches them', async () => {
  const { services } = library
  const thresholds = { ...everyLabel(1), Edema: 0, Fracture: 0 }
  const folder = await writeTestModel(join(library.folder, 'strict'), { seed: 2, card: { thresholds } })
  const model = await services.models.importFrom(folder, 'strict')
  const [study] = studies()
  const { predictions: [prediction] } = await services.predictions.study(study!.id, model.name)
  assert.deepEqual(prediction!.scores.filter(({ threshold }) => threshold === 0).map(({ label }) => label), ['Edema', 'Fracture'])
  assert.deepEqual(services.studies.get(study!.id).findings.map(({ label }) => label).sort(), ['Edema', 'Fracture'])
})

test('a film written as DICOM and as PNG gives the same input and logits, while films differ', async () => {
  const folder = await writeTestModel(join(library.folder, 'published'), { model: 'densenetblur121d', size: 224 })
  await using predictor = await openPredictor(modelFiles(folder))
  const all: Float32Array[] = []
  for (const name of (await readdir(SAMPLES)).filter((it) => it.endsWith('.dcm'))) {
    const { pixels, width, height } = await greyPicture(await openFilm(join(SAMPLES, name)))
    const [dicom, png] = [join(library.folder, `again-${name}`), join(library.folder, `${name}.png`)]
    const uids = { studyInstanceUid: '2.25.1', seriesInstanceUid: '2.25.2', sopInstanceUid: '2.25.3' }
    await writeFile(dicom, writeFilm({ ...uids, object: 'DX', pixels, rows: height, columns: width }))
    await writeFile(png, await greyPng(pixels, width, height))
    const [a, b] = [await networkInput(dicom, 224), await networkInput(png, 224)]
    a.forEach((value, i) => assert.ok(Math.abs(value - b[i]!) <= 1, `${name}: pixel ${i}`))
    const [za, zb] = [(await predictor.predict(a)).logits, (await predictor.predict(b)).logits]
    za.forEach((z, i) => assert.ok(Math.abs(z - zb[i]!) < 1e-3, `${name}: logit ${i}`))
    all.push(za)
  }
  LABELS.forEach((label, i) => {
    const spread = Math.max(...all.map((z) => z[i]!)) - Math.min(...all.map((z) => z[i]!))
    assert.ok(spread >= 0.1, `${label}: the films' logits spread by ${spread} only`)
  })
})
