import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import sharp from 'sharp'
import type { Prediction } from '#shared/domain/prediction.ts'
import { NOT_FOR_DIAGNOSTIC_USE, type Report } from '#shared/domain/report.ts'
import type { StudyRow } from '#shared/domain/study.ts'
import { writeFilm } from '#main/dicom/index.ts'
import { everyLabel } from '#main/engine/inference/model-folder.ts'
import { appVersion } from '../../app.ts'
import { createMedia } from '../../media/index.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '../../models/testing.ts'

const run = promisify(execFile)
const [ROWS, COLUMNS] = [300, 200]

let library: TestLibrary
let study: StudyRow
let report: Report
let prediction: Prediction
let pdf: string
before(async () => {
  library = await openTestLibrary()
  const { services } = library
  const film = join(library.folder, 'film.dcm')
  const pixels = Uint8Array.from({ length: ROWS * COLUMNS }, (_, i) => Math.round(((i % COLUMNS) / COLUMNS) * 180 + (Math.floor(i / COLUMNS) / ROWS) * 70))
  const uids = { studyInstanceUid: '1.2.3.4.5', seriesInstanceUid: '1.2.3.4.5.1', sopInstanceUid: '1.2.3.4.5.1.1' }
  await writeFile(film, writeFilm({ ...uids, object: 'DX', pixels, rows: ROWS, columns: COLUMNS, patientName: '山田^太郎', patientId: '환자-7', sex: 'M', age: '061Y', studyDate: '20240131', studyDescription: '胸部正位片 PA', viewPosition: 'PA' }))
  await services.jobs.ended(services.importing.start({ paths: [film], as: 'studies', labelsOnly: false }).id)
  const thresholds = { ...everyLabel(1), Cardiomegaly: 0.0001, 'Pleural Effusion': 0.0001 }
  await services.models.importFrom(await writeTestModel(join(library.folder, 'model'), { card: { thresholds } }), 'Test model')
  study = services.studies.get('1.2.3.4.5')
  await services.predictions.study(study.id, undefined, true)
  prediction = services.predictions.ofImage(study.coverImage!)[0]!
  services.reports.save({
    study: study.id,
    findings: [{ label: 'Cardiomegaly', decision: 'accepted', note: 'CTR 0.58, やや拡大' }, { label: 'Pleural Effusion', decision: 'rejected', note: '' }, { label: 'Edema', decision: 'uncertain', note: 'see "text"' }],
    text: 'The heart is enlarged.\nÄußerst klar; Καρδιομεγαλία.',
    impression: '心影增大。 No effusion \u0e01.',
    keyImages: [{ image: study.coverImage!, label: 'Cardiomegaly' }, { image: study.coverImage!, label: null }],
  })
  report = services.reports.sign(study.id, 'Dr. 김 Reader')
  pdf = join(library.folder, 'report.pdf')
  await services.reports.write(study.id, 'pdf', pdf)
})
after(() => library[Symbol.asyncDispose]())

const bare = (text: string): string => text.replaceAll(/\s+/g, '')
const exported = /20\d\d-\d\d-\d\dT[\d:.]+Z/

/** Every word that the report must have, in the order of the page, from the library alone. */
function expected(exportedAt: string): string[] {
  const { scores, gate } = prediction
  const model = library.services.models.list()[0]!
  const words = new Map(report.findings.map((finding) => [finding.label, finding]))
  const said = { accepted: 'Accepted', rejected: 'Rejected', uncertain: 'Uncertain', undecided: '–' }
  const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`
  return [
    'Chest radiograph report', `Version ${report.version} · ${minute(report.updatedAt)} · Signed by ${report.signedBy}, ${minute(report.signedAt!)}`,
    'Patient', '山田, 太郎', 'Study date', '2024-01-31', 'Patient ID', study.patientId, 'Modality', study.modality, 'Sex, age', `${study.sex}, ${study.age} years`, 'Description', study.description,
    'FINDINGS BY THE MODEL AND THE READER', 'Finding', 'Probability', 'Threshold', 'Reader', 'Note',
    ...scores.flatMap(({ label, raw, threshold }) => [label, raw.toFixed(2), threshold.toFixed(2), said[words.get(label)?.decision ?? 'undecided'], words.get(label)?.note ?? '']),
    ...(gate.length ? ['PREDICTED AGAINST THE ADVICE OF THE INPUT CHECK', ...gate.map(({ message }) => message)] : []),
    'REPORT', report.text, 'IMPRESSION', report.impression.replace('\u0e01', '[U+0E01]'),
    'KEY IMAGES', 'film.dcm, PA: where the model sees evidence for Cardiomegaly', 'film.dcm, PA',
    'WHERE THIS CAME FROM', 'Program', `Xclassifier Desktop ${appVersion()}`, 'Model', `Test model (${model.architecture}, ${model.head} head, ${model.size} px), version ${model.version}`, 'Weights SHA-256', model.weightsHash,
    'Training data', '–', 'Split', '–', 'Label policy', '–', 'Thresholds', scores.map(({ label, threshold }) => `${label} ${threshold.toFixed(3)}`).join(', '), 'Exported', exportedAt,
  ]
}

test('the text of the PDF is what the library holds: every field in its place, in every script, and nothing else', async () => {
  const { stdout } = await run('pdftotext', ['-raw', '-enc', 'UTF-8', pdf, '-'])
  const pages = stdout.split('\f').slice(0, -1)
  const body = pages.map((page, i) => {
    const foot = bare(`${NOT_FOR_DIAGNOSTIC_USE} Study ${study.studyInstanceUid} Page ${i + 1} of ${pages.length}`)
    assert.ok(bare(page).endsWith(foot), `page ${i + 1} ends otherwise: ${page.slice(-120)}`)
    return bare(page).slice(0, -foot.length)
  })
  const exportedAt = exported.exec(stdout)![0]
  assert.ok(Math.abs(Date.parse(exportedAt) - Date.now()) < 3_600_000)
  assert.equal(body.join(''), bare(expected(exportedAt).join('')).normalize('NFC'))
})

test('no character is drawn as an empty box: each font of the PDF is embedded and maps back to text', async () => {
  const { stdout } = await run('pdffonts', [pdf])
  const fonts = stdout.trim().split('\n').slice(2)
  assert.ok(fonts.some((line) => /XclassifierCJK/.test(line)) && fonts.some((line) => /DejaVuSans/.test(line)), stdout)
  for (const line of fonts.filter((one) => !/Helvetica/.test(one))) assert.match(line, /yes +yes +yes/, 'embedded, a subset, with its text')
})

test('the key images of the PDF are the film under its map, and the film alone, pixel by pixel', async () => {
  await run('pdfimages', ['-png', pdf, join(library.folder, 'key')])
  const media = createMedia(library.services)
  const layer = async (path: string): Promise<Buffer> => sharp(await (await media(new Request(`http://host/media/${path}`))).arrayBuffer()).toColourspace('srgb').ensureAlpha().raw().toBuffer()
  const film = await layer(`display/${study.coverImage!}.png`)
  const map = await layer(`heatmap/${prediction.id}/Cardiomegaly.png`)
  for (const [i, drawn] of [true, false].entries()) {
    const { data, info } = await sharp(join(library.folder, `key-00${i}.png`)).toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true })
    assert.deepEqual([info.width, info.height], [COLUMNS, ROWS])
    let [most, sum] = [0, 0]
    for (let pixel = 0; pixel < ROWS * COLUMNS; pixel++) {
      const alpha = drawn ? map[4 * pixel + 3]! / 255 : 0
      for (let c = 0; c < 3; c++) {
        const off = Math.abs(data[3 * pixel + c]! - (film[4 * pixel + c]! * (1 - alpha) + map[4 * pixel + c]! * alpha))
        most = Math.max(most, off)
        sum += off
      }
    }
    const mean = sum / (3 * ROWS * COLUMNS)
    // What JPEG of quality 92 leaves on a smooth picture.
    assert.ok(mean < 1.5 && most < 14, `picture ${i} is ${mean.toFixed(2)} levels off, at most ${most}`)
  }
})
