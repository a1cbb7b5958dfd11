import assert from 'node:assert/strict'
import { copyFile, mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import type { Evaluation } from '#shared/domain/evaluation.ts'
import type { Job } from '#shared/domain/job.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { ModelRow } from '#shared/domain/prediction.ts'
import type { Host } from '#main/host/host.ts'
import { networkInput } from '#main/dicom/index.ts'
import { modelFiles, type ModelFiles } from '#main/engine/inference/model-folder.ts'
import { openPredictor, type Predictor } from '#main/engine/inference/predictor.ts'
import { rocAuc } from '#main/engine/training/metrics.ts'
import { sigmoid } from '#shared/statistics/probability.ts'
import { resource } from '../app.ts'
import { targetsOf } from '../datasets/targets.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '../models/testing.ts'
import { writeEvaluation } from './report/report.ts'

const PAPER = { uncertain: 'zeros', blank: 'zeros', dropWithoutPositive: true } as const
let library: TestLibrary
let model: ModelRow
let told = 0

before(async () => {
  const emit: Host['emit'] = (name) => {
    if (name === 'job') told++
  }
  library = await openTestLibrary({ emit })
  const { services } = library
  const job = services.importing.start({ paths: [resource('samples', 'dataset')], as: 'dataset', name: 'Films', labelsOnly: false })
  assert.equal((await services.jobs.ended(job.id)).state, 'finished')
  model = await services.models.importFrom(await writeTestModel(join(library.folder, 'judge'), { seed: 5 }), 'Judge')
})
after(() => library[Symbol.asyncDispose]())

const finished = async (job: Job): Promise<Job> => {
  const end = await library.services.jobs.ended(job.id)
  assert.equal(end.state, 'finished', end.error?.message)
  return end
}
async function evaluated(dataset = 'Films', part: 'val' | 'test' = 'test'): Promise<{ id: string; found: Evaluation; job: Job }> {
  const { evaluations } = library.services
  const job = await finished(await evaluations.start('Judge', dataset, part))
  const id = String(job.result!['evaluation'])
  return { id, found: evaluations.get(id), job }
}

/** Logits of the rows of a part, film by film, by another way than the service's. */
async function byHand(part: number): Promise<{ rows: number[]; logits: Float32Array[]; targets: Uint8Array }> {
  const { services } = library
  const { key } = services.store.datasets.get('Films')
  const [split] = services.store.splits.ofDataset(key)
  const parts = services.store.splits.parts(split!)
  const targets = targetsOf(services.store.labels.matrix(key), PAPER)
  const films = services.store.datasetImages.files(key)
  const rows = films.flatMap((_, row) => (parts[row] === part && targets.subarray(row * 14, row * 14 + 14).includes(1) ? [row] : []))
  await using predictor = await openPredictor(modelFiles(services.models.folder(model.id)))
  const logits: Float32Array[] = []
  for (const row of rows) logits.push((await predictor.predict(await networkInput(films[row]!.path!, 64))).logits)
  return { rows, logits, targets }
}

test('the split, labels and figures are those of the data set, film by film', async () => {
  const { services } = library
  const { found, job } = await evaluated()
  const { rows, logits, targets } = await byHand(2)
  assert.deepEqual([found.images, found.skipped, job.result!['images']], [rows.length, 0, rows.length])
  const right = rows.reduce((sum, row, i) => sum + LABELS.filter((_, c) => Number(logits[i]![c]! >= 0) === targets[row * 14 + c]).length, 0)
  assert.equal(found.accuracy, right / (14 * rows.length))
  LABELS.forEach((label, c) => {
    const expected = rocAuc({ scores: Float32Array.from(logits, (z) => z[c]!), targets: Uint8Array.from(rows, (row) => targets[row * 14 + c]!) })
    assert.equal(found.auc.perLabel[label].value, expected, label)
    const { tp, fp, fn, tn } = found.thresholds[label].confusion
    assert.equal(tp + fp + fn + tn, rows.length)
  })
  assert.ok(found.auc.defined < 14, 'so few films leave labels with one class')
  for (const by of ['sex', 'age'] as const) assert.equal(found.subgroups.filter((group) => group.by === by).reduce((sum, { images }) => sum + images, 0), rows.length)
  assert.match(found.provenance.datasetHash, /^[0-9a-f]{64}$/)
  assert.deepEqual([found.provenance.weightsHash, found.provenance.split.seed, found.provenance.split.ofTheRun, found.provenance.calibration], [model.weightsHash, 42, false, null])
  assert.ok(told > 2, 'progress is told')
  assert.deepEqual(await readdir(services.folders.packs).catch(() => []), [], 'no pack of the whole set is made for a part')
})

test('asking again predicts nothing again and makes no other split; another part is other films', async () => {
  const { services } = library
  const { key } = services.store.datasets.get('Films')
  const files = modelFiles(services.models.folder(model.id))
  await services.models.predictors.forget(files)
  // Without its weights the model can predict nothing.
  await rename(files.weights, `${files.weights}.away`)
  const { found } = await evaluated()
  await rename(`${files.weights}.away`, files.weights)
  assert.equal(services.store.splits.ofDataset(key).length, 1)
  const other = await evaluated('Films', 'val')
  assert.notEqual(other.found.images, found.images)
  assert.deepEqual(services.evaluations.list('Judge').map(({ part }) => part), ['val', 'test', 'test'])
})

test('calibration: versions are kept, thresholds become the model\'s, predictions name the one they used', async () => {
  const { services } = library
  const { evaluations, store, predictions } = services
  const study = store.datasetImages.list({ dataset: store.datasets.key('Films'), filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 1 })[0]!.study
  const { predictions: [before] } = await predictions.study(study, 'Judge')
  assert.deepEqual([before!.calibration, before!.scores[0]!.calibrated], [null, null])

  const calibrate = async () => evaluations.calibration(String((await finished(await evaluations.startCalibration('Judge', 'Films'))).result!['calibration']))
  const first = await calibrate()
  const { rows } = await byHand(1)
  assert.deepEqual([first.version, first.images, first.part], [1, rows.length, 'val'])
  assert.deepEqual(store.models.get(model.id).thresholds, Object.fromEntries(LABELS.map((label) => [label, first.perLabel[label].threshold])))
  assert.ok(LABELS.every((label) => first.perLabel[label].own || first.perLabel[label].temperature === first.temperature))
  assert.ok(first.ece.after! <= first.ece.before!)

  const { predictions: [after] } = await predictions.study(study, 'Judge')
  assert.equal(after!.calibration, first.id)
  for (const { label, raw, calibrated, threshold } of after!.scores) {
    const logit = Math.log(raw / (1 - raw))
    assert.ok(Math.abs(calibrated! - sigmoid(logit / first.perLabel[label].temperature)) < 1e-9)
    assert.equal(threshold, first.perLabel[label].threshold)
  }
  assert.equal((await calibrate()).version, 2)
  assert.deepEqual(evaluations.calibrations('Judge').map(({ version }) => version), [2, 1])
  assert.deepEqual(store.predictions.get(after!.id).calibration, first.id, 'what was predicted keeps the calibration it was made with')
})

test('a threshold chosen on a curve becomes the model\'s with what it is worth there; the folder carries the calibration to another library', async () => {
  const { services } = library
  const { evaluations, store, models } = services
  const { id, found } = await evaluated()
  const label = LABELS.find((name) => found.curves[name].points.length > 6)!
  const { points, positives, negatives } = found.curves[label]
  const { threshold, tp, fp } = points[3]!
  const before = store.calibrations.newest(model.id)!
  const kept = await evaluations.setThreshold(id, label, threshold)
  assert.equal(kept.version, before.version + 1)
  const { threshold: set, confusion, chosenOn, temperature } = kept.perLabel[label]
  assert.ok(set <= threshold && set > points[4]!.threshold)
  assert.deepEqual(confusion, { tp, fp, fn: positives - tp, tn: negatives - fp })
  assert.deepEqual([chosenOn, temperature], [{ datasetName: 'Films', part: 'test', images: found.images }, before.perLabel[label].temperature])
  assert.equal(store.models.get(model.id).thresholds[label], set)
  assert.deepEqual(Object.keys(kept.perLabel).filter((name) => JSON.stringify(kept.perLabel[name as typeof label]) !== JSON.stringify(before.perLabel[name as typeof label])), [label])
  // Evaluated again, the films over it are those that were over it on the slider.
  assert.deepEqual((await evaluated()).found.thresholds[label].confusion, confusion)

  await using other = await openTestLibrary()
  const there = await other.services.models.importFrom(models.folder(model.id), 'Travelled')
  const arrived = other.services.store.calibrations.newest(there.id)!
  assert.deepEqual([arrived.perLabel, arrived.temperature, arrived.images], [kept.perLabel, kept.temperature, kept.images])
  assert.deepEqual(there.thresholds, store.models.get(model.id).thresholds)
  assert.deepEqual((await models.get(model.id)).files.map(({ name }) => name).sort(), ['calibration.json', 'model.json', 'model.onnx', 'model.safetensors', 'reference.safetensors'])

  const bare = await models.importFrom(await writeTestModel(join(library.folder, 'bare'), { seed: 9 }), 'Bare')
  const judged = String((await finished(await evaluations.start('Bare', 'Films', 'test'))).result!['evaluation'])
  await assert.rejects(evaluations.setThreshold(judged, label, 0.5), { code: 'NOT_CALIBRATED' })
  assert.equal(store.calibrations.newest(bare.id), null)
})

test('an evaluation that is cancelled keeps what it has predicted and goes on there', async (t) => {
  const { services } = library
  const { store, evaluations, jobs, models } = services
  const other = await models.importFrom(await writeTestModel(join(library.folder, 'other'), { seed: 6 }), 'Other')
  const predicted: Uint8Array[] = []
  // The real network, which counts: the third film is the last before somebody cancels.
  const use = models.predictors.use.bind(models.predictors)
  t.mock.method(models.predictors, 'use', (files: ModelFiles, work: (predictor: Predictor) => Promise<unknown>) =>
    use(files, (predictor) => {
      const predict: Predictor['predict'] = async (film, patient) => {
        if (predicted.push(film) === 3) jobs.cancel(job.id)
        return predictor.predict(film, patient)
      }
      return work({ card: predictor.card, weightsHash: predictor.weightsHash, predict, [Symbol.asyncDispose]: () => Promise.resolve() })
    }),
  )
  const job = await evaluations.start('Other', 'Films', 'test')
  assert.equal((await jobs.ended(job.id)).state, 'cancelled')
  assert.deepEqual(evaluations.list('Other'), [])
  const [split] = store.splits.ofDataset(store.datasets.key('Films'))
  assert.equal(store.evaluations.scoring(other.id, split!.id, 'test')!.rows.length, 3)
  const end = await finished(jobs.resume(job.id))
  assert.deepEqual(evaluations.list('Other').map(({ id }) => id), [end.result!['evaluation']])
  assert.equal(predicted.length, end.result!['images'])
})

test('the report is all the figures, a page that needs no other file, and a row a film', async () => {
  const { evaluations } = library.services
  const { id, found } = await evaluated()
  assert.equal(found.provenance.calibration, 3)
  const folder = join(library.folder, 'report')
  const [html, json, csv] = await Promise.all((await writeEvaluation(evaluations, id, folder)).map((path) => readFile(path, 'utf8')))
  assert.deepEqual((await readdir(folder)).sort(), ['evaluation.html', 'evaluation.json', 'predictions.csv'])
  const { notice, ...said } = JSON.parse(json!) as Evaluation & { notice: string }
  assert.equal(notice, 'Not for diagnostic use')
  assert.deepEqual(said, JSON.parse(JSON.stringify(found)))
  for (const text of ['Not for diagnostic use', model.weightsHash, found.provenance.datasetHash, 'seed 42', 'Pleural Effusion', 'version 3']) assert.ok(html!.includes(text), text)
  assert.doesNotMatch(html!, /<script|src=|href=|@import|url\(/)
  const rows = parse(csv!, { columns: true, bom: true }) as Record<string, string>[]
  assert.equal(rows.length, found.images)
  const column = rows.filter((row) => row['Edema target'] !== '')
  const area = rocAuc({ scores: Float32Array.from(column, (row) => Number(row['Edema raw'])), targets: Uint8Array.from(column, (row) => Number(row['Edema target'])) })
  assert.equal(area === null, found.auc.perLabel.Edema.value === null)
  assert.ok(rows.every((row) => Number(row['Edema calibrated']) > 0))
})

test('the worst films are the negatives that score highest and the positives that score lowest', async () => {
  const { evaluations } = library.services
  const { id } = await evaluated()
  const { rows, logits, targets } = await byHand(2)
  const label = LABELS.indexOf('No Finding')
  const scores = (value: number): number[] => rows.flatMap((row, i) => (targets[row * 14 + label] === value ? [sigmoid(logits[i]![label]!)] : [])).sort((a, b) => a - b)
  assert.deepEqual(evaluations.worst(id, 'No Finding', 'false-positive', 3).map(({ raw }) => raw), scores(0).reverse().slice(0, 3))
  assert.deepEqual(evaluations.worst(id, 'No Finding', 'false-negative', 3).map(({ raw }) => raw), scores(1).slice(0, 3))
})

test('films that were excluded for their quality are not judged, and how many is said; those that come back are', async () => {
  const { services } = library
  const { found: before } = await evaluated()
  const { rows } = await byHand(2)
  const { rows: images } = services.datasets.images('Films', { filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 200 })
  const decide = (choice: 'exclude' | 'open'): number => services.quality.decide('Films', { choice, note: '', rows: [...rows.slice(0, 2), 0].map((row) => images[row]!.id) })
  decide('exclude')
  const { id, found } = await evaluated()
  assert.deepEqual([found.images, found.skipped, found.excluded], [before.images - 2, 0, 2], 'the third is in another part')
  const { part, verdict } = services.evaluations.judgement(id)
  assert.deepEqual(verdict.films, rows.slice(2).map((row) => part.films[row]))
  const [page] = await writeEvaluation(services.evaluations, id, join(library.folder, 'excluded'))
  assert.match(await readFile(page!, 'utf8'), /, 2 left out for their quality\. Macro AUC/)
  decide('open')
  const { found: again } = await evaluated()
  assert.deepEqual([again.images, again.excluded, again.accuracy], [before.images, 0, before.accuracy])
})

test('a film that cannot be opened costs only itself; when none can, that is said', async () => {
  const { services } = library
  const source = join(library.folder, 'copied')
  const { part, verdict } = services.evaluations.judgement(services.evaluations.list('Judge').find((row) => row.part === 'test')!.id)
  for (const { path } of part.films) await copyInto(source, path!)
  await copyInto(source, resource('samples', 'dataset', 'train.csv'))
  const job = services.importing.start({ paths: [source], as: 'dataset', name: 'Copied', labelsOnly: false })
  await services.jobs.ended(job.id)
  const spoil = (films: typeof verdict.films) => Promise.all(films.map(({ path }) => writeFile(copyOf(source, path!), 'no picture')))

  await spoil(verdict.films.slice(0, 2))
  const { found, job: end } = await evaluated('Copied')
  assert.deepEqual([found.images, found.skipped], [verdict.films.length - 2, 2])
  assert.deepEqual(services.jobs.skipped(end.id).map(({ path }) => path).sort(), verdict.films.slice(0, 2).map(({ named }) => named).sort())

  await spoil(part.films)
  const nothing = await services.jobs.ended((await services.evaluations.startCalibration('Judge', 'Copied')).id)
  assert.deepEqual([nothing.state, nothing.error?.code], ['failed', 'NOTHING_TO_EVALUATE'])
  await assert.rejects(services.evaluations.start('nobody', 'Films', 'test'), { code: 'NOT_FOUND' })
  await assert.rejects(services.evaluations.start('Judge', 'no set', 'test'), { code: 'NOT_FOUND' })
})

const copyOf = (folder: string, path: string): string => join(folder, relative(resource('samples', 'dataset'), path))
async function copyInto(folder: string, path: string): Promise<void> {
  await mkdir(dirname(copyOf(folder, path)), { recursive: true })
  await copyFile(path, copyOf(folder, path))
}
