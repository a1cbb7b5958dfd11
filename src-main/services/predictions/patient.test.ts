import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { patientOf, UNKNOWN_PATIENT } from '#main/engine/data/patient.ts'
import { openPredictor } from '#main/engine/inference/predictor.ts'
import { modelFiles } from '#main/engine/inference/model-folder.ts'
import { resource } from '../app.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '../models/testing.ts'
import { openGate } from '../gate/gate.ts'
import { predictFiles } from './files.ts'

let library: TestLibrary
before(async () => void (library = await openTestLibrary()))
after(() => library[Symbol.asyncDispose]())

test('a model that knows the patient is told the age and sex, in the library from the study, on the command line from the header', async () => {
  const { services, folder } = library
  const film = resource('samples', 'studies', 'sample-002.dcm')
  const model = await services.models.importFrom(await writeTestModel(join(folder, 'knows'), { metadata: true }), 'Knows')
  const job = services.importing.start({ paths: [film], as: 'studies', labelsOnly: false })
  await services.jobs.ended(job.id)
  const [study] = services.studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 1 }).rows
  assert.ok(study?.sex && study.age !== null)

  await using predictor = await openPredictor(modelFiles(services.models.folder(model.id)))
  const input = await services.pool.run({ task: 'input', path: film, size: model.size })
  const told = await predictor.predict(input, patientOf(study.age, study.sex))
  const untold = await predictor.predict(input, UNKNOWN_PATIENT)
  assert.ok(told.logits.some((z, i) => Math.abs(z - untold.logits[i]!) > 1e-4))

  const { predictions: [kept] } = await services.predictions.study(study.id, model.id)
  kept!.scores.forEach(({ raw }, i) => assert.ok(Math.abs(raw - told.probabilities[i]!) < 1e-6, `${raw}, ${told.probabilities[i]}`))
  for await (const said of predictFiles({ pool: services.pool, predictor, gate: await openGate(modelFiles(services.models.folder(model.id)), predictor), signal: new AbortController().signal }, [film])) {
    assert.deepEqual(Object.values(said.probabilities), [...told.probabilities])
  }
})
