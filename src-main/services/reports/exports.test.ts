import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { LABELS } from '#shared/domain/labels.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import { NOT_FOR_DIAGNOSTIC_USE, REPORT_FORMATS, type ReportFormat } from '#shared/domain/report.ts'
import type { StudyRow } from '#shared/domain/study.ts'
import { writeFilm } from '#main/dicom/index.ts'
import { everyLabel } from '#main/engine/inference/model-folder.ts'
import { createMedia } from '../media/index.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '../models/testing.ts'

const STUDY = '1.2.3.4.5'
const FILM = `${STUDY}.1.1`

let library: TestLibrary
let study: StudyRow
let prediction: Prediction
before(async () => {
  library = await openTestLibrary()
  const { services } = library
  const film = join(library.folder, 'film.dcm')
  const pixels = Uint8Array.from({ length: 300 * 200 }, (_, i) => (i * 7) % 256)
  const uids = { studyInstanceUid: STUDY, seriesInstanceUid: `${STUDY}.1`, sopInstanceUid: FILM }
  const patient = { patientName: 'Παπαδόπουλος^Ελένη', patientId: 'P-7', birthDate: '19621104', sex: 'F', age: '061Y' }
  const visit = { studyDate: '20240131', studyTime: '101500', accessionNumber: 'A-1', studyDescription: 'Chest PA', bodyPart: 'CHEST', viewPosition: 'PA' }
  await writeFile(film, writeFilm({ ...uids, ...patient, ...visit, object: 'DX', pixels, rows: 300, columns: 200 }))
  await services.jobs.ended(services.importing.start({ paths: [film], as: 'studies', labelsOnly: false }).id)
  const thresholds = { ...everyLabel(1), Cardiomegaly: 0.0001, 'Pleural Effusion': 0.0001 }
  await services.models.importFrom(await writeTestModel(join(library.folder, 'model'), { card: { thresholds } }), 'Test model')
  study = services.studies.get(STUDY)
  await services.predictions.study(study.id)
  prediction = services.predictions.ofImage(study.coverImage!)[0]!
  services.reports.save({
    study: study.id,
    findings: [
      { label: 'Cardiomegaly', decision: 'accepted', note: 'CTR 0.58 \\ "wide"' },
      { label: 'Pleural Effusion', decision: 'rejected', note: '' },
    ],
    text: 'The heart is enlarged.\nÄußerst klar.',
    impression: 'Cardiomegaly; no effusion.',
    keyImages: [{ image: study.coverImage!, label: 'Cardiomegaly' }],
  })
})
after(() => library[Symbol.asyncDispose]())

async function exported(format: ReportFormat): Promise<string> {
  const file = join(library.folder, `report.${REPORT_FORMATS[format]}`)
  await library.services.reports.write(study.id, format, file)
  assert.deepEqual((await readdir(library.folder)).filter((name) => name.endsWith('.tmp')), [])
  return file
}

test('JSON holds all that the report says, and where it came from', async () => {
  const whole = JSON.parse(await readFile(await exported('json'), 'utf8')) as Record<string, never>
  const model = library.services.models.list()[0]!
  const { report, findings, provenance } = whole as unknown as { report: object; findings: Record<string, unknown>[]; provenance: Record<string, unknown> }
  assert.equal(whole.notice, NOT_FOR_DIAGNOSTIC_USE)
  assert.equal((report as { text: string }).text, 'The heart is enlarged.\nÄußerst klar.')
  assert.deepEqual(whole.patient, { name: 'Παπαδόπουλος^Ελένη', id: 'P-7', sex: 'F', age: 61 })
  assert.deepEqual(whole.study, { uid: STUDY, date: '2024-01-31', modality: 'DX', description: 'Chest PA' })
  assert.deepEqual(findings.map(({ label, probability, threshold }) => [label, probability, threshold]), prediction.scores.map(({ label, raw, threshold }) => [label, raw, threshold]))
  assert.deepEqual(findings[1], {
    label: 'Cardiomegaly', probability: prediction.scores[1]!.raw, calibrated: null, threshold: prediction.scores[1]!.threshold, decision: 'accepted', note: 'CTR 0.58 \\ "wide"', overThreshold: true,
  })
  assert.deepEqual(findings.filter(({ overThreshold }) => overThreshold).map(({ label }) => label), ['Cardiomegaly', 'Pleural Effusion'])
  assert.deepEqual(whole.keyImages, [{ film: FILM, label: 'Cardiomegaly' }])
  assert.deepEqual(whole.films, [
    { sopInstanceUid: FILM, fileName: 'film.dcm', view: 'PA', rows: 300, columns: 200, lossy: false, sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1', seriesInstanceUid: `${STUDY}.1`, modality: 'DX', problem: null },
  ])
  assert.deepEqual([provenance.weightsHash, Object.keys(provenance.thresholds as object)], [model.weightsHash, [...LABELS]])
  assert.doesNotMatch(JSON.stringify(whole), new RegExp(library.folder), 'no path of this machine leaves it')
})

test('every format is there to download, named by what it is', async () => {
  const media = createMedia(library.services)
  for (const format of Object.keys(REPORT_FORMATS) as ReportFormat[]) {
    const response = await media(new Request(`http://host/media/report/${study.id}.${format}`))
    assert.equal(response.status, 200, format)
    assert.match(response.headers.get('Content-Disposition')!, new RegExp(`filename="report-${study.id}-v\\d+\\.${REPORT_FORMATS[format].replace('.', '\\.')}"`))
  }
  assert.equal((await media(new Request(`http://host/media/report/${study.id}.exe`))).status, 404)
})
