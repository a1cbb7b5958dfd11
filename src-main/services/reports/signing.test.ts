import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { dcmtk, sample } from '../network/testing.ts'
import { importNow, testLibrary } from '../testing/library.ts'

async function library(t: Parameters<typeof testLibrary>[0], ...names: string[]) {
  const made = testLibrary(t)
  await importNow(made.services, names.map(sample))
  const studies = made.services.studies.list({ search: '', origin: 'library', sort: 'patientId', descending: false, offset: 0, limit: 10 }).rows.map(({ id }) => id)
  return { ...made, studies, study: studies[0]!, reports: made.services.reports }
}
const EDIT = { findings: [], text: 'Clear lungs.', impression: 'Normal.', keyImages: [] }

test('a signed version is locked; an addendum is a version of its own, and every step is in the audit', async (t) => {
  const { reports, study, services } = await library(t, '005')
  reports.save({ study, ...EDIT })
  assert.throws(() => reports.addendum(study), { code: 'REPORT_NOT_SIGNED' })
  const signed = reports.sign(study, 'Dr. Reader')
  assert.deepEqual([signed.version, signed.signedBy, signed.addendumTo], [1, 'Dr. Reader', null])
  assert.match(signed.signedAt!, /^\d{4}-/)
  assert.throws(() => reports.save({ study, ...EDIT, text: 'Other.' }), { code: 'REPORT_SIGNED' })
  assert.throws(() => reports.sign(study, 'Somebody'), { code: 'REPORT_SIGNED' })
  assert.equal(services.studies.get(study).status, 'reported')
  const addendum = reports.addendum(study)
  assert.deepEqual([addendum.version, addendum.text, addendum.signedBy, addendum.addendumTo], [2, 'Clear lungs.', null, 1])
  assert.equal(reports.save({ study, ...EDIT, text: 'And a line.' }).addendumTo, 1, 'later versions of it still say what they add to')
  assert.equal(reports.sign(study, 'Dr. Reader').version, 3)
  assert.equal(services.store.reports.get(signed.id).text, 'Clear lungs.')
  const steps = services.store.audit.list().filter(({ action }) => /^report\.(sign|addendum)/.test(action)).map(({ action, detail }) => [action, detail['version']])
  assert.deepEqual(steps, [['report.sign', 3], ['report.addendum', 2], ['report.sign', 1]])
})

test('every export says who signed, in the words of its kind', async (t) => {
  const { reports, study, folder } = await library(t, '005')
  const file = (name: string) => join(folder, name)
  const film = testFilm(reports.ofStudy(study))
  reports.save({ study, ...EDIT, keyImages: film })
  const fhir = async () => {
    await reports.write(study, 'fhir', file('r.json'))
    const bundle = JSON.parse(readFileSync(file('r.json'), 'utf8')) as { entry: { resource: { resourceType: string; status: string } }[] }
    return bundle.entry.find(({ resource }) => resource.resourceType === 'DiagnosticReport')!.resource.status
  }
  assert.equal(await fhir(), 'preliminary')
  reports.sign(study, 'Dr. Reader')
  assert.equal(await fhir(), 'final')
  await reports.write(study, 'sr', file('r.dcm'))
  const said = (await dcmtk('dcmdump', '+U8', file('r.dcm'))).said
  assert.match(said, /\[VERIFIED\]/)
  assert.match(said, /PN \[Dr\. Reader/)
  assert.match((await dcmtk('dsrdump', file('r.dcm'))).said, /Verified/i)
  await reports.write(study, 'json', file('r2.json'))
  assert.match(readFileSync(file('r2.json'), 'utf8'), /"signedBy": "Dr\. Reader"/)
  await reports.write(study, 'csv', file('r.csv'))
  reports.addendum(study)
  reports.sign(study, 'Dr. Reader')
  assert.equal(await fhir(), 'amended')
})

const testFilm = ({ keyImages }: { keyImages: { image: string; label: null | string }[] }) => keyImages.map(({ image }) => ({ image, label: null }))

test('many reports at once: a folder of files, and a word on each that could not be made', async (t) => {
  const { services, studies, folder } = await library(t, '003', '004', '005')
  const out = join(folder, 'out/reports')
  const gone = services.studies.get(studies[0]!).coverImage!
  const lost = services.store.images.get(gone)
  services.store.images.attach(lost.key, { path: join(folder, 'gone.dcm'), bytes: 1, rows: 1, columns: 1 })
  const job = await services.jobs.ended(services.reportExports.start({ studies, formats: ['json', 'sr'], out }).id)
  assert.deepEqual([job.state, job.result], ['finished', { files: 5, failed: 1 }])
  assert.deepEqual(services.jobs.skipped(job.id).map(({ path, code }) => [path, code]), [[`${studies[0]}, sr`, 'REPORT_NEEDS_FILM']])
  assert.deepEqual(readdirSync(out).sort(), studies.flatMap((study) => [`report-${study}-v1.json`, ...(study === studies[0] ? [] : [`report-${study}-v1.sr.dcm`])]).sort())
  rmSync(out, { recursive: true })
  writeFileSync(out, '')
  assert.equal((await services.jobs.ended(services.reportExports.start({ studies, formats: ['json'], out }).id)).error?.code, 'NOT_WRITABLE')
})
