import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { dcmtk } from '../network/testing.ts'
import { importNow, jpeg, testLibrary } from '../testing/library.ts'
import type { DeidentifyRequest, Manifest } from './deidentify.ts'

const FOLDER = join(import.meta.dirname, '../../../test/fixtures/deidentify')

async function run(t: Parameters<typeof testLibrary>[0], request: Partial<DeidentifyRequest>, made = testLibrary(t)) {
  const { services, folder } = made
  const out = request.out ?? join(folder, 'copies')
  const job = await services.jobs.ended(services.deidentify.start({ paths: [], studies: [], shiftDates: false, keepBurnedIn: false, ...request, out }).id)
  return { ...made, out, job, skipped: services.jobs.skipped(job.id) }
}
const files = (folder: string): string[] => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))

test('a folder of films: copies under pseudonyms that dcmtk reads, and a word on each file that was left out', async (t) => {
  const { job, out, skipped } = await run(t, { paths: [FOLDER] })
  assert.deepEqual([job.state, job.result], ['finished', { files: 3, patients: 1, flagged: 0 }])
  assert.deepEqual(skipped.map(({ code }) => code).sort(), ['BURNED_IN_TEXT', 'NOT_DICOM', 'NOT_DICOM'])
  const { words } = JSON.parse(readFileSync(join(FOLDER, 'telling.json'), 'utf8')) as { words: string[] }
  for (const path of files(out)) {
    assert.ok(!words.some((word) => path.includes(word) || readFileSync(path).includes(word)), path)
    if (path.endsWith('.dcm')) assert.match((await dcmtk('dcmdump', '+P', '0012,0062', '+P', '0010,0010', path)).said, /\[YES\][\s\S]*\[ANON-[0-9A-F]{12}\]|\[ANON-[0-9A-F]{12}\][\s\S]*\[YES\]/)
  }
  const uncompressed = files(out).filter((path) => path.endsWith('.dcm') && !readFileSync(path).includes('1.2.840.10008.1.2.5'))
  for (const path of uncompressed) assert.equal((await dcmtk('dcm2json', path)).code, 0)
  const { files: listed, dates } = JSON.parse(readFileSync(join(out, 'deidentified.json'), 'utf8')) as Manifest
  assert.deepEqual([listed.length, dates], [3, 'removed'])
})

test('studies of the library: DICOM films are copied, pictures are not, and the audit keeps who left', async (t) => {
  const made = testLibrary(t)
  await jpeg(join(made.folder, 'picture.jpg'))
  await importNow(made.services, [join(FOLDER, 'implicit.dcm'), join(made.folder, 'picture.jpg')])
  const { rows } = made.services.studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 10 })
  const { job, skipped } = await run(t, { studies: rows.map(({ id }) => id), shiftDates: true }, made)
  assert.deepEqual(job.result, { files: 1, patients: 1, flagged: 0 })
  assert.deepEqual(skipped.map(({ code }) => code), ['NOT_DICOM'])
  assert.equal(made.services.store.audit.list().filter(({ action }) => action === 'study.deidentify').length, 2)
})

test('copies among the originals, a folder that cannot be written and a missing one are refused by code', async (t) => {
  const made = testLibrary(t)
  const originals = join(made.folder, 'originals')
  mkdirSync(originals)
  writeFileSync(join(made.folder, 'file'), '')
  assert.equal((await run(t, { paths: [originals], out: join(originals, 'copies') }, made)).job.error?.code, 'OUT_INSIDE')
  assert.equal((await run(t, { paths: [originals], out: join(made.folder, 'file/copies') }, made)).job.error?.code, 'NOT_WRITABLE')
  assert.equal((await run(t, { paths: [join(made.folder, 'nowhere')] }, made)).job.error?.code, 'FILE_NOT_FOUND')
})
