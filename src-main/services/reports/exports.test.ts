import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { LABELS } from '#shared/domain/labels.ts'
import type { Prediction } from '#shared/domain/prediction.ts'
import { NOT_FOR_DIAGNOSTIC_USE, REPORT_FORMATS, type ReportFormat } from '#shared/domain/report.ts'
import type { StudyRow } from '#shared/domain/study.ts'
import { writeFilm } from '#main/dicom/index.ts'
import { everyLabel } from '#main/engine/inference/model-folder.ts'
import { createMedia } from '../media/index.ts'
import { coding } from './coding.ts'
import { faultsOf } from './testing.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '../models/testing.ts'

const run = promisify(execFile)
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
  await services.predictions.study(study.id, undefined, true)
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

/** What dcmtk says of the structured report: a line for each content item. Its checker knows no UTF-8 and warns of that alone. */
async function dumped(file: string): Promise<string[]> {
  const { stdout, stderr } = await run('dsrdump', ['+Pl', '+Pc', '+Pt', '+U8', file])
  assert.equal(stderr.replace('W: The VR checker does not support this Specific Character Set: ISO_IR 192\n', ''), '')
  return stdout.split('\n').map((text) => text.trim())
}

test('the structured report says in dcmtk, coded, what the library holds', async () => {
  const lines = await dumped(await exported('sr'))
  const model = library.services.models.list()[0]!
  for (const expected of [
    'Patient             : Παπαδόπουλος^Ελένη (F, 1962-11-04, #P-7)',
    'Completion Flag     : PARTIAL',
    '<CONTAINER:(126000,DCM,"Imaging Measurement Report")=SEPARATE>  # TID 1500 (DCMR)',
    '<contains TEXT:(121073,DCM,"Impression")="Cardiomegaly; no effusion.">',
    `<contains TEXT:(NOTICE,99XCLASSIFIER,"Notice")="${NOT_FOR_DIAGNOSTIC_USE}">`,
  ]) assert.ok(lines.includes(expected), `the dump lacks ${expected}`)
  const groups = lines.join('\n').split('<contains CONTAINER:(125007,DCM,"Measurement Group")=SEPARATE>  # TID 1501 (DCMR)').slice(1)
  assert.equal(groups.length, LABELS.length)
  groups.forEach((group, i) => {
    const { label, raw, threshold } = prediction.scores[i]!
    const number = (name: string) => Number(new RegExp(`<contains NUM:\\(\\d+,DCM,"${name}"\\)="([^"]+)" \\(1,UCUM,"no units"\\)>`).exec(group)?.[1])
    assert.ok(group.includes(`"Tracking Identifier")="${label}">`))
    assert.ok(Math.abs(number('Probability') - raw) < 1e-12 && Math.abs(number('Threshold Value') - threshold) < 1e-12, label)
    assert.ok(group.includes(`"Probability at or above the threshold")=(${raw >= threshold ? '373066001,SCT,"Yes"' : '373067005,SCT,"No"'})>`))
    assert.ok(group.includes('"Algorithm Name")="Test model">') && group.includes(`Weights SHA-256: ${model.weightsHash}">`))
  })
  assert.match(groups[1]!, /Finding"\)=\(8186001,SCT,"Cardiomegaly"\)>[\s\S]*=\(ACCEPTED,99XCLASSIFIER,[\s\S]*"Comment"\)="CTR 0\.58 \\ "wide"">/)
  assert.match(groups[9]!, /Finding"\)=\(60046008,SCT,"Pleural effusion"\)>[\s\S]*=\(REJECTED,99XCLASSIFIER,/)
})

test('the structured report refers to the film it judged, and is filed with its study', async () => {
  const { stdout } = await run('dcmdump', ['+P', '0020,000d', '+P', '0008,1155', '+P', '0008,1150', '+P', '0008,0050', '+P', '0020,000e', await exported('sr')])
  const values = (tag: string) => [...stdout.matchAll(new RegExp(`\\(${tag}\\) \\w\\w [=[]([^\\] ]+)`, 'g'))].map(([, value]) => value)
  assert.deepEqual([...new Set(values('0008,1155'))], [FILM])
  assert.equal(values('0008,1155').length, 2 + LABELS.length, 'as evidence, in the image library, and as the source of each number')
  assert.deepEqual([...new Set(values('0008,1150'))], ['DigitalXRayImageStorageForPresentation'])
  assert.deepEqual([...new Set(values('0020,000d'))], [STUDY])
  assert.deepEqual(values('0008,0050'), ['A-1'])
  assert.equal(values('0020,000e').length, 2)
  assert.ok(values('0020,000e').includes(`${STUDY}.1`))
})

test('the secondary capture says in dcmtk what it is, and what it was made from', async () => {
  const { stdout } = await run('dcmdump', ['+U8', '+L', await exported('sc')])
  for (const expected of [
    '(0028,0301) CS [YES]', '(0008,0064) CS [WSD]', '(0008,0008) CS [DERIVED\\SECONDARY]', '(0008,2111) ST [Heat map: where the model sees evidence for Cardiomegaly',
    `(0008,1155) UI [${FILM}]`, `(0020,000d) UI [${STUDY}]`, '(0010,0020) LO [P-7]', '(0028,0011) US 200',
  ]) assert.ok(stdout.includes(expected), expected)
  assert.match(stdout, new RegExp(`2111\\) ST .*Weights SHA-256: ${library.services.models.list()[0]!.weightsHash}.*${NOT_FOR_DIAGNOSTIC_USE}`))
})

test('the picture is the film under its map, and the notice lies below it, not on it', async () => {
  const file = await exported('sc')
  await run('dcmdump', ['-q', '+W', library.folder, file])
  const raw = await readFile(join(library.folder, 'report.sc.dcm.0.raw'))
  const media = createMedia(library.services)
  const layer = async (path: string) => sharp(await (await media(new Request(`http://host/media/${path}`))).arrayBuffer()).toColourspace('srgb').raw().toBuffer()
  const film = await layer(`display/${study.coverImage!}.png`)
  const map = await layer(`heatmap/${prediction.id}/Cardiomegaly.png`)
  const grey = film.length / (200 * 300)
  let most = 0
  let coloured = 0
  for (let i = 0; i < 200 * 300; i++) {
    const alpha = map[4 * i + 3]! / 255
    for (let c = 0; c < 3; c++) most = Math.max(most, Math.abs(raw[3 * i + c]! - (film[grey * i + (grey === 3 ? c : 0)]! * (1 - alpha) + map[4 * i + c]! * alpha)))
    coloured = Math.max(coloured, Math.abs(raw[3 * i]! - raw[3 * i + 2]!))
  }
  assert.ok(most <= 1.5, `up to ${most} levels from the film under its map`)
  assert.ok(coloured > 60, 'the map is seen')
  const band = raw.subarray(3 * 200 * 300)
  assert.ok(band.length > 3 * 200 * 10 && band.filter((value) => value > 128).length > 1000, 'words are seen')
  assert.ok(band.subarray(0, 3 * 200).every((value) => value === 0))
})

test('the FHIR bundle holds the same numbers, and every reference in it leads to one of its resources', async () => {
  const text = await readFile(await exported('fhir'), 'utf8')
  const bundle = JSON.parse(text) as { type: string; entry: { fullUrl: string; resource: { resourceType: string; id: string } }[] }
  assert.deepEqual(faultsOf(bundle), [])
  const addresses = bundle.entry.map(({ fullUrl }) => fullUrl)
  const references = [...text.matchAll(/"reference": "([^"]+)"/g)].map(([, address]) => address!)
  assert.ok(references.length > 3 * LABELS.length && references.every((address) => addresses.includes(address)))
  assert.equal(new Set(addresses).size, addresses.length)
  for (const { fullUrl, resource } of bundle.entry) assert.equal(fullUrl, `urn:uuid:${resource.id}`)
  const count = Object.groupBy(bundle.entry, ({ resource }) => resource.resourceType)
  assert.deepEqual(
    Object.fromEntries(Object.entries(count).map(([type, of]) => [type, of!.length])),
    { DiagnosticReport: 1, Observation: LABELS.length, ImagingStudy: 1, Patient: 1, Device: 2, Provenance: 1 },
  )
  const observations = count.Observation! as unknown as { resource: { code: { text: string }; component: { valueQuantity?: { value: number } }[]; interpretation: { coding: { code: string }[] }[] } }[]
  assert.deepEqual(
    observations.map(({ resource: { code, component, interpretation } }) => [code.text, component[0]!.valueQuantity!.value, component[1]!.valueQuantity!.value, interpretation[0]!.coding[0]!.code]),
    prediction.scores.map(({ label, raw, threshold }) => [label, raw, threshold, raw >= threshold ? 'POS' : 'NEG']),
  )
  const report = count.DiagnosticReport![0]!.resource as unknown as { status: string; conclusion: string; text: { div: string } }
  assert.deepEqual([report.status, report.conclusion], ['preliminary', `Cardiomegaly; no effusion.\n${NOT_FOR_DIAGNOSTIC_USE}.`])
  assert.ok(report.text.div.includes(library.services.models.list()[0]!.weightsHash))
  assert.doesNotMatch(text, /1962/, 'the birth date is not needed')
})

test('SNOMED CT codes of the table pass their check digit (Verhoeff), and all codes fit their attributes', () => {
  const { labels, decisions, concepts } = coding()
  const all = [...Object.values(labels), ...Object.values(decisions), ...Object.values(concepts)]
  for (const { code, scheme, meaning } of all) {
    assert.ok(code.length <= 16 && meaning.length <= 64 && ['SCT', 'DCM', '99XCLASSIFIER'].includes(scheme), code)
    if (scheme === 'SCT') assert.equal(verhoeff(code), 0, code)
  }
  assert.notEqual(verhoeff('8186010'), 0, 'swapped digits are seen')
  assert.equal(new Set(all.map(({ code }) => code)).size, all.length)
})

/** 0 for a number with a right check digit: products in the dihedral group of a pentagon. */
function verhoeff(digits: string): number {
  const product = (a: number, b: number) => (a < 5 ? (b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5)) : b < 5 ? 5 + ((a - b + 5) % 5) : (a - b + 5) % 5)
  const permute = (digit: number, times: number): number => (times ? permute([1, 5, 7, 6, 2, 8, 3, 0, 9, 4][digit]!, times - 1) : digit)
  return [...digits].reverse().reduce((sum, digit, i) => product(sum, permute(Number(digit), i % 8)), 0)
}

test('every format is there to download, named by what it is', async () => {
  const media = createMedia(library.services)
  for (const format of Object.keys(REPORT_FORMATS) as ReportFormat[]) {
    const response = await media(new Request(`http://host/media/report/${study.id}.${format}`))
    assert.equal(response.status, 200, format)
    assert.match(response.headers.get('Content-Disposition')!, new RegExp(`filename="report-${study.id}-v\\d+\\.${REPORT_FORMATS[format].replace('.', '\\.')}"`))
  }
  assert.equal((await media(new Request(`http://host/media/report/${study.id}.exe`))).status, 404)
})
