import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { access, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { LABELS } from '#shared/domain/labels.ts'
import { openFilm } from '#main/dicom/index.ts'
import { resource } from '#main/services/app.ts'
import { writeTestModel } from '#main/services/models/testing.ts'
import type { FilePrediction } from '#main/services/predictions/files.ts'
import { main } from './main.ts'

let folder: string
let model: string
let film: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xclassifier-cli-'))
  model = await writeTestModel(join(folder, 'model'))
  film = join(folder, 'film.dcm')
  await copyFile(resource('samples', 'studies', 'sample-003.dcm'), film)
  await mkdir(join(folder, 'other'))
  await copyFile(resource('samples', 'studies', 'sample-004.dcm'), join(folder, 'other', 'film.dcm'))
  await writeFile(join(folder, 'text.dcm'), 'no film')
})
after(() => rm(folder, { recursive: true }))

async function call<T>(...args: string[]): Promise<{ code: number; json: T }> {
  let stdout = ''
  const code = await main(['--data', join(folder, 'data'), '--json', ...args], { stdout: (text) => void (stdout += text), stderr: () => {} }, new AbortController().signal)
  return { code, json: JSON.parse(stdout) as T }
}

type Listing = { studies: { id: string; studyInstanceUid: string; status: string }[] }
type Failure = { error: { code: string; file?: string } }

test('predict answers every file in order, with heat maps of film size and alpha; a bad file costs only itself', async () => {
  const files = [film, join(folder, 'text.dcm'), join(folder, 'other', 'film.dcm')]
  const { code, json } = await call<FilePrediction[]>('predict', model, ...files, '--heatmap', join(folder, 'maps'), '--labels', 'edema,Pleural Effusion')
  assert.equal(code, 0)
  assert.deepEqual(json.map(({ file }) => file), files)
  assert.deepEqual(json.map(({ error }) => error?.code), [undefined, 'NOT_DICOM', undefined])
  for (const { file, probabilities, heatmaps } of json.filter(({ error }) => !error)) {
    assert.deepEqual(Object.keys(probabilities), [...LABELS])
    assert.ok(Object.values(probabilities).every((p) => p > 0 && p < 1))
    assert.deepEqual(Object.keys(heatmaps), ['Edema', 'Pleural Effusion'])
    const { width, height, hasAlpha } = await sharp(heatmaps.Edema!).metadata()
    const { width: columns, height: rows } = await openFilm(file)
    assert.deepEqual([width, height, hasAlpha], [columns, rows, true])
  }
  assert.deepEqual((await readdir(join(folder, 'maps'))).sort(), ['film.dcm.Edema.png', 'film.dcm.Pleural Effusion.png', 'film.dcm~2.Edema.png', 'film.dcm~2.Pleural Effusion.png'].sort())
  assert.notDeepEqual(json[0]!.probabilities, json[2]!.probabilities)
})

test('without --labels the most probable label is drawn, and nothing is kept without --save', async () => {
  const { json } = await call<FilePrediction[]>('predict', model, film, '--heatmap', join(folder, 'top'))
  const [top] = Object.entries(json[0]!.probabilities).sort(([, a], [, b]) => b - a)[0]!
  assert.deepEqual(await readdir(join(folder, 'top')), [`film.dcm.${top}.png`])
  assert.deepEqual((await call<{ models: unknown[] }>('models')).json.models, [])
  assert.deepEqual((await call<Listing>('studies')).json.studies, [])
})

test('no file that works, no such model, no such label: an error with its code', async () => {
  const bad = join(folder, 'text.dcm')
  const { error } = (await call<Failure>('predict', model, bad)).json
  assert.deepEqual([error.code, error.file], ['NOT_DICOM', bad])
  assert.equal((await call<Failure>('predict', model, bad, join(folder, 'absent.png'))).json.error.code, 'NOTHING_PREDICTED')
  const nowhere = await call<Failure>('predict', 'no-such-model', film)
  assert.deepEqual([nowhere.code, nowhere.json.error.code], [1, 'MODEL_MISSING'])
  assert.deepEqual([(await call<Failure>('predict', model, film, '--labels', 'Edemma')).code], [2])
})

test('--save keeps model, film and prediction; a report of the study by its UID follows', async () => {
  const { json } = await call<FilePrediction[]>('predict', model, film, '--save')
  const { models } = (await call<{ models: { id: string; weightsHash: string }[] }>('models')).json
  const { studies } = (await call<Listing>('studies')).json
  assert.deepEqual([models.length, studies.length, studies[0]!.status], [1, 1, 'predicted'])
  const again = await call<FilePrediction[]>('predict', models[0]!.id, film, '--save')
  assert.deepEqual(again.json[0]!.probabilities, json[0]!.probabilities)
  assert.equal((await call<{ models: unknown[] }>('models')).json.models.length, 1)

  const [pdf, csv] = [join(folder, 'report.pdf'), join(folder, 'report.csv')]
  const report = await call<{ study: string; version: number }>('report', studies[0]!.studyInstanceUid, '--pdf', pdf, '--csv', csv)
  assert.deepEqual([report.code, report.json], [0, { study: studies[0]!.id, version: 1, pdf, csv }])
  const { stdout } = await promisify(execFile)('pdftotext', [pdf, '-'])
  assert.ok(stdout.includes(models[0]!.weightsHash) && stdout.includes(studies[0]!.studyInstanceUid))
  assert.ok((await readFile(csv, 'utf8')).includes(models[0]!.weightsHash))
  assert.equal((await call<Listing>('studies')).json.studies[0]!.status, 'reported')
})

test('a report is written only where it was told to', async () => {
  const { code, json } = await call<Failure>('report', 'st_1')
  assert.deepEqual([code, json.error.code], [2, 'USAGE'])
  const away = join(folder, 'no', 'such', 'folder.pdf')
  assert.equal((await call<Failure>('report', 'st_1', '--pdf', away)).json.error.code, 'REPORT_NOT_WRITTEN')
  await assert.rejects(access(away))
})
