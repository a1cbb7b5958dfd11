import assert from 'node:assert/strict'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { LABELS } from '#shared/domain/labels.ts'
import type { Calibration, Evaluation } from '#shared/domain/evaluation.ts'
import { resource } from '#main/services/app.ts'
import { writeTestModel } from '#main/services/models/testing.ts'
import type { FilePrediction } from '#main/services/predictions/files.ts'
import { main } from './main.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xclassifier-cli-'))
  assert.equal((await call('dataset', 'import', resource('samples', 'dataset'), '--name', 'Films')).code, 0)
  await call('predict', await writeTestModel(join(folder, 'judge')), resource('samples', 'studies', 'sample-003.dcm'), '--save')
})
after(() => rm(folder, { recursive: true }))

async function call<T>(...args: string[]): Promise<{ code: number; json: T; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(['--data', join(folder, 'data'), '--json', ...args], { stdout: (text) => void (stdout += text), stderr: (text) => void (stderr += text) }, new AbortController().signal)
  return { code, json: JSON.parse(stdout || 'null') as T, stderr }
}

test('calibrate stores temperatures and thresholds with the model, and predict tells both probabilities', async () => {
  const { code, json } = await call<Calibration>('calibrate', 'judge', '--dataset', 'Films', '--split', 'val')
  assert.deepEqual([code, json.version, json.part], [0, 1, 'val'])
  assert.deepEqual(Object.keys(json.perLabel), [...LABELS])
  const { json: said } = await call<FilePrediction[]>('predict', 'judge', resource('samples', 'studies', 'sample-003.dcm'))
  const [{ probabilities, calibrated, calibration }] = said as [FilePrediction]
  assert.equal(calibration, 1)
  for (const label of LABELS) {
    const logit = Math.log(probabilities[label]! / (1 - probabilities[label]!))
    assert.ok(Math.abs(calibrated![label]! - 1 / (1 + Math.exp(-logit / json.perLabel[label].temperature))) < 1e-9, label)
  }
  assert.deepEqual((await call('calibrate', 'judge', '--dataset', 'Films', '--split', 'test')).code, 2, 'never on test films')
})

test('evaluate answers figures with intervals, and its report is in the folder named', async () => {
  const report = join(folder, 'report')
  const { code, json } = await call<Evaluation & { notice: string; files: string[] }>('evaluate', 'judge', '--dataset', 'Films', '--split', 'test', '--report', report)
  assert.equal(code, 0)
  const { auc, ap, ece, thresholds, subgroups, accuracy, notice, files } = json
  assert.ok(auc.macro! > 0 && auc.defined < LABELS.length && auc.ci95![0] <= auc.macro! && auc.macro! <= auc.ci95![1])
  for (const label of LABELS) assert.deepEqual([auc, ap, ece].map(({ perLabel }) => Object.keys(perLabel[label])), [['value', 'ci95'], ['value', 'ci95'], ['value', 'ci95']])
  assert.deepEqual(Object.keys(thresholds), [...LABELS])
  assert.ok(subgroups.length > 2 && accuracy > 0 && notice === 'Not for diagnostic use')
  assert.deepEqual((await readdir(report)).sort(), ['evaluation.html', 'evaluation.json', 'predictions.csv'])
  assert.deepEqual(files, ['evaluation.html', 'evaluation.json', 'predictions.csv'].map((name) => join(report, name)))
  const written = JSON.parse(await readFile(files[1]!, 'utf8')) as Evaluation
  assert.deepEqual(written.auc, auc)
  assert.equal((await call('evaluate', 'judge', '--dataset', 'Films')).code, 2)
  assert.match((await call('evaluate', 'nobody', '--dataset', 'Films', '--split', 'test')).stderr, /NOT_FOUND/)
})
