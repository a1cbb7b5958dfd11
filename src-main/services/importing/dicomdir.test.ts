import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { fixture } from '#main/dicom/testing/fixtures.ts'
import { importNow, testLibrary } from '../testing/library.ts'

/** Made by test/fixtures/make_dicomdir.py: IMAGES/ONE, TWO, GONE are films, IMAGES/REPORT is a report. */
const DICOMDIR = join(import.meta.dirname, '../../../test/fixtures/dicomdir/DICOMDIR')

/** A disc without its third film. */
function disc(t: TestContext, { lower = false } = {}) {
  const library = testLibrary(t)
  const root = join(library.folder, 'disc')
  const at = (name: string): string => join(root, lower ? `${name.toLowerCase()}` : name)
  mkdirSync(at('IMAGES'), { recursive: true })
  copyFileSync(DICOMDIR, at('DICOMDIR'))
  copyFileSync(fixture('explicit.dcm'), at('IMAGES/ONE'))
  copyFileSync(fixture('big-endian.dcm'), lower ? `${at('IMAGES/TWO')}.;1` : at('IMAGES/TWO'))
  copyFileSync(fixture('no-image.dcm'), at('IMAGES/REPORT'))
  const skipped = (job: string) => library.services.jobs.skipped(job).map(({ path, code, message }) => [path.slice(root.length + 1).toUpperCase(), code, /^Record \d+/.exec(message)?.[0]]).sort()
  return { ...library, root, skipped, dicomdir: at('DICOMDIR') }
}

test('a DICOMDIR brings the films that it names; a missing one and a report are reported record by record', async (t) => {
  const { services, dicomdir, skipped } = disc(t)
  writeFileSync(join(dicomdir, '../IMAGES/UNNAMED'), readFileSync(fixture('rle.dcm')))
  const job = await importNow(services, dicomdir)
  assert.deepEqual([job.state, Number(job.result!['images']) + Number(job.result!['known'])], ['finished', 2])
  assert.deepEqual(skipped(job.id), [['IMAGES/GONE', 'FILE_NOT_FOUND', 'Record 6'], ['IMAGES/REPORT', 'NO_PIXEL_DATA', 'Record 8']])
})

test('names as copies of discs spell them, small and with version numbers, are found', async (t) => {
  const { services, dicomdir, skipped } = disc(t, { lower: true })
  const job = await importNow(services, dicomdir)
  assert.equal(Number(job.result!['images']) + Number(job.result!['known']), 2)
  assert.deepEqual(skipped(job.id).map(([path]) => path), ['IMAGES/GONE', 'IMAGES/REPORT'])
})

test('a folder with a DICOMDIR: its films once, what it does not name as well', async (t) => {
  const { services, root, skipped } = disc(t)
  copyFileSync(fixture('grey8.png'), join(root, 'picture.png'))
  const job = await importNow(services, root)
  assert.equal(Number(job.result!['images']) + Number(job.result!['known']), 3)
  assert.deepEqual(skipped(job.id).map(([path, code]) => [path, code]), [['IMAGES/GONE', 'FILE_NOT_FOUND'], ['IMAGES/REPORT', 'NO_PIXEL_DATA'], ['IMAGES/REPORT', 'NO_PIXEL_DATA']])
})

test('a directory that leads out of its folder, or is none, is refused by code', async (t) => {
  const { services, dicomdir } = disc(t)
  const bytes = readFileSync(DICOMDIR)
  // IMAGES\ONE and a space: the same length with a way up.
  const at = bytes.indexOf('IMAGES\\ONE')
  Buffer.from('..\\..\\FILM').copy(bytes, at)
  writeFileSync(dicomdir, bytes)
  const out = await importNow(services, dicomdir)
  assert.ok(services.jobs.skipped(out.id).some(({ code }) => code === 'UNSAFE_PATH'))
  writeFileSync(dicomdir, readFileSync(fixture('explicit.dcm')))
  const film = await importNow(services, dicomdir)
  assert.deepEqual(services.jobs.skipped(film.id).map(({ code }) => code), ['NOT_A_DIRECTORY'])
  writeFileSync(dicomdir, bytes.subarray(0, 900))
  const cut = await importNow(services, dicomdir)
  assert.deepEqual(services.jobs.skipped(cut.id).map(({ code }) => code), ['TRUNCATED_FILE'])
})
