import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import { LABELS } from '#shared/domain/labels.ts'
import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'
import type { StudyRow } from '#shared/domain/study.ts'
import { writeFilm } from '#main/dicom/index.ts'
import { everyLabel } from '#main/engine/inference/model-folder.ts'
import { appVersion, resource } from '../app.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '../models/testing.ts'
import { csvCell } from './report-csv.ts'

const run = promisify(execFile)

let library: TestLibrary
let study: StudyRow
before(async () => {
  library = await openTestLibrary()
  const { services } = library
  const film = join(library.folder, 'film.dcm')
  const pixels = Uint8Array.from({ length: 300 * 200 }, (_, i) => (i * 7) % 256)
  const uids = { studyInstanceUid: '1.2.3.4.5', seriesInstanceUid: '1.2.3.4.5.1', sopInstanceUid: '1.2.3.4.5.1.1' }
  const patient = { patientName: 'Παπαδόπουλος^Ελένη', patientId: '=HYPERLINK("x")', sex: 'F', age: '061Y', studyDate: '20240131', studyDescription: 'Chest PA' }
  await writeFile(film, writeFilm({ ...uids, ...patient, object: 'DX', pixels, rows: 300, columns: 200 }))
  await services.jobs.ended(services.importing.start({ paths: [film], as: 'studies', labelsOnly: false }).id)
  const thresholds = { ...everyLabel(1), Cardiomegaly: 0.0001, 'Pleural Effusion': 0.0001 }
  await services.models.importFrom(await writeTestModel(join(library.folder, 'model'), { card: { thresholds } }), 'Test model')
  study = services.studies.get('1.2.3.4.5')
  await services.predictions.study(study.id, undefined, true)
})
after(() => library[Symbol.asyncDispose]())

const text = async (pdf: string) => (await run('pdftotext', ['-layout', pdf, '-'])).stdout

test('a draft holds what the model found, undecided, and is not kept until saved', () => {
  const { reports } = library.services
  const draft = reports.ofStudy(study.studyInstanceUid)
  assert.deepEqual([draft.version, draft.text, reports.list().length], [0, '', 0])
  assert.deepEqual(draft.findings, [
    { label: 'Cardiomegaly', decision: 'undecided', note: '' },
    { label: 'Pleural Effusion', decision: 'undecided', note: '' },
  ])
  assert.equal(draft.keyImages.length, 1)
  assert.ok(['Cardiomegaly', 'Pleural Effusion'].includes(draft.keyImages[0]!.label!))
})

test('saving makes a new version and the study reviewed; the older version stays', () => {
  const { reports, studies, store } = library.services
  const first = reports.save({ ...reports.ofStudy(study.id), text: 'First words.' })
  const findings = [{ label: 'Cardiomegaly' as const, decision: 'accepted' as const, note: 'CTR 0.58' }, { label: 'Pleural Effusion' as const, decision: 'rejected' as const, note: '' }]
  const second = reports.save({ ...first, findings, text: 'The heart is enlarged.', impression: 'Cardiomegaly; no effusion.' })
  assert.deepEqual([first.version, second.version], [1, 2])
  assert.equal(store.reports.get(first.id).text, 'First words.')
  assert.equal(reports.ofStudy(study.id).text, 'The heart is enlarged.')
  assert.equal(studies.get(study.id).status, 'reviewed')
})

test('the PDF says, in text another program can read, what the report says', async () => {
  const { reports, studies, models } = library.services
  const pdf = join(library.folder, 'report.pdf')
  await reports.write(study.id, 'pdf', pdf)
  const words = await text(pdf)
  const model = models.list()[0]!
  const { scores } = library.services.predictions.ofImage(study.coverImage!)[0]!
  for (const expected of [
    'Παπαδόπουλος, Ελένη', '=HYPERLINK("x")', '2024-01-31', 'F, 61 years', 'Chest PA', '1.2.3.4.5',
    'The heart is enlarged.', 'Cardiomegaly; no effusion.', 'CTR 0.58',
    model.weightsHash, 'Test model', appVersion(), 'Version 2',
  ]) assert.ok(words.includes(expected), `the text lacks: ${expected}`)
  for (const { label, raw, threshold } of scores) {
    assert.match(words, new RegExp(`${label} +${raw.toFixed(2)} +${threshold.toFixed(2)}`))
  }
  assert.match(words, /Cardiomegaly +\S+ +\S+ +Accepted/)
  assert.match(words, /Pleural Effusion +\S+ +\S+ +Rejected/)
  const pages = words.split('\f').slice(0, -1)
  pages.forEach((page, i) => {
    assert.ok(page.includes(NOT_FOR_DIAGNOSTIC_USE), `page ${i + 1} lacks the notice`)
    assert.ok(page.includes(`Page ${i + 1} of ${pages.length}`))
  })
  assert.equal(studies.get(study.id).status, 'reported')
})

test('the PDF holds the film at its size, coloured by the heat map, or plain', async () => {
  const { reports } = library.services
  const images = async (pdf: string) => {
    const { stdout } = await run('pdfimages', ['-list', pdf])
    return stdout.trim().split('\n').slice(2).map((line) => line.trim().split(/\s+/))
  }
  const pdf = join(library.folder, 'report.pdf')
  const [drawn, ...more] = await images(pdf)
  assert.deepEqual([drawn![3], drawn![4], more.length], ['200', '300', 0])
  const colours = async () => {
    await run('pdfimages', ['-png', pdf, join(library.folder, 'image')])
    const { default: sharp } = await import('sharp')
    const { data } = await sharp(join(library.folder, 'image-000.png')).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
    let most = 0
    for (let i = 0; i + 2 < data.length; i += 3) most = Math.max(most, Math.abs(data[i]! - data[i + 2]!))
    return most
  }
  assert.ok((await colours()) > 60, 'no heat map is seen')
  reports.save({ ...reports.ofStudy(study.id), keyImages: [{ image: study.coverImage!, label: null }] })
  await reports.write(study.id, 'pdf', pdf)
  assert.ok((await colours()) < 8, 'a plain film is grey')
})

test('the CSV has a row for each finding with its provenance, and no cell that runs as a formula', async () => {
  const { reports, models, predictions } = library.services
  const report = reports.ofStudy(study.id)
  reports.save({ ...report, findings: [{ label: 'Edema', decision: 'accepted', note: '=1+1, "quoted"\nnext line' }] })
  const file = join(library.folder, 'report.csv')
  await reports.write(study.id, 'csv', file)
  const rows = parse(await readFile(file, 'utf8'), { columns: true, bom: true }) as Record<string, string>[]
  assert.deepEqual(rows.map((row) => row.label), [...LABELS])
  const { scores } = predictions.ofImage(study.coverImage!)[0]!
  rows.forEach((row, i) => {
    assert.equal(Number(row.probability), scores[i]!.raw)
    assert.equal(row.over_threshold, String(scores[i]!.raw >= scores[i]!.threshold))
    assert.equal(row.weights_sha256, models.list()[0]!.weightsHash)
    assert.equal(row.notice, NOT_FOR_DIAGNOSTIC_USE)
    for (const cell of Object.values(row)) assert.doesNotMatch(cell, /^\s*[=+\-@]/)
  })
  assert.equal(rows[3]!.note, `'=1+1, "quoted"\nnext line`)
  assert.equal(rows[0]!.patient_id, `'=HYPERLINK("x")`)
})

test('cells: formulas are disarmed, numbers are not', () => {
  assert.deepEqual(['=a', ' +a', '-a', '@a', '\ta', 'a=b', 'a,b', '', -0.5, null, true].map(csvCell), [`"'=a"`, `"' +a"`, `"'-a"`, `"'@a"`, `"'\ta"`, 'a=b', '"a,b"', '', '-0.5', '', 'true'])
})

test('a file that cannot be written leaves nothing behind', async () => {
  const { reports } = library.services
  const taken = join(library.folder, 'taken.pdf')
  await mkdir(join(taken, 'inside'), { recursive: true })
  await assert.rejects(reports.write(study.id, 'pdf', taken), { code: 'REPORT_NOT_WRITTEN' })
  assert.deepEqual((await readdir(library.folder)).filter((name) => name.endsWith('.tmp')), [])
})

test('a long report runs over pages and repeats the head of its table', async () => {
  const { reports } = library.services
  const findings = LABELS.map((label) => ({ label, decision: 'accepted' as const, note: 'A long note of the reader. '.repeat(30) }))
  reports.save({ ...reports.ofStudy(study.id), findings, text: 'Words. '.repeat(2500) })
  const pdf = join(library.folder, 'long.pdf')
  await reports.write(study.id, 'pdf', pdf)
  const pages = (await text(pdf)).split('\f').slice(0, -1)
  assert.ok(pages.length >= 4)
  assert.ok(pages.slice(0, 2).every((page) => /Finding +Probability +Threshold/.test(page)))
  assert.equal(pages.join(' ').match(/\bnote\b/g)?.length, LABELS.length * 30)
  assert.equal(pages.join(' ').match(/\bWords\./g)?.length, 2500)
})

test('a host with a dialog writes where the user says, and nothing when cancelled; the font is there for names', async () => {
  const asked: string[] = []
  let answer: string | null = null
  await using other = await openTestLibrary({
    kind: 'electron',
    chooseSave: async (name) => {
      asked.push(name)
      return answer
    },
  })
  const { services } = other
  await services.jobs.ended(services.importing.start({ paths: [join(library.folder, 'film.dcm')], as: 'studies', labelsOnly: false }).id)
  assert.equal(await services.reports.export('1.2.3.4.5', 'csv'), null)
  answer = join(other.folder, 'chosen.csv')
  assert.deepEqual(await services.reports.export('1.2.3.4.5', 'csv'), { path: answer })
  assert.match(asked[0]!, /^report-st_\w+-v1\.csv$/)
  assert.ok((await readFile(answer)).length > 0)
  assert.ok((await readFile(resource('fonts', 'DejaVuSans.ttf'))).length > 100_000)
})
