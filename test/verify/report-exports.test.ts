/** The DICOM exports of reports against dciodvfy (Debian package dicom3tools): films of each kind, a picture without a header, and a report without a prediction. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { writeFilm } from '#main/dicom/index.ts'
import { openTestLibrary, writeTestModel, type TestLibrary } from '#main/services/models/testing.ts'

const run = promisify(execFile)
const SAMPLES = join(import.meta.dirname, '../../resources/samples/studies')

/** Errors of dciodvfy, which it exits with too. */
async function errorsOf(file: string): Promise<string[]> {
  const { stdout, stderr } = await run('dciodvfy', [file]).catch((error: Error & { stdout?: string; stderr?: string }) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error('dciodvfy is missing. Type: apt-get install dicom3tools', { cause: error })
    if (error.stderr === undefined) throw error
    return { stdout: error.stdout ?? '', stderr: error.stderr }
  })
  assert.match(stdout + stderr, /ComprehensiveSR|SCImage/, 'it knew the object')
  return (stdout + stderr).split('\n').filter((line) => line.startsWith('Error'))
}

async function films(folder: string): Promise<string[]> {
  const pixels = Uint16Array.from({ length: 120 * 100 }, (_, i) => i % 4096)
  const uids = (n: number) => ({ studyInstanceUid: `2.25.${n}`, seriesInstanceUid: `2.25.${n}1`, sopInstanceUid: `2.25.${n}11` })
  const written = { pixels, rows: 120, columns: 100, bitsStored: 12, patientId: 'V-1', patientName: 'MÜLLER^ÄNNE' }
  const cr = join(folder, 'cr.dcm')
  const odd = join(folder, 'odd.dcm')
  const picture = join(folder, 'picture.png')
  await writeFile(cr, writeFilm({ ...written, ...uids(7), object: 'CR', studyDescription: 'Thorax p.a.' }))
  await writeFile(odd, writeFilm({ ...written, ...uids(8), object: 'DX', pixels: pixels.subarray(0, 101 * 99), rows: 101, columns: 99, patientName: null, patientId: null }))
  await sharp({ create: { width: 150, height: 150, channels: 3, background: '#777' } }).greyscale().png().toFile(picture)
  return [cr, odd, picture, join(SAMPLES, 'sample-001-2019.dcm'), join(SAMPLES, 'sample-003.dcm')]
}

async function exportAll(library: TestLibrary): Promise<number> {
  const { reports, studies } = library.services
  const { rows } = studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 50 })
  for (const [i, study] of rows.entries()) {
    for (const format of ['sr', 'sc'] as const) {
      const file = join(library.folder, `${i}.${format}.dcm`)
      await reports.write(study.id, format, file)
      assert.deepEqual(await errorsOf(file), [], `${format} of ${study.description || study.id}`)
    }
  }
  return rows.length
}

test('structured report and secondary capture pass dciodvfy without errors, with a prediction and without', async () => {
  await using library = await openTestLibrary()
  const { services } = library
  const paths = await films(library.folder)
  await services.jobs.ended(services.importing.start({ paths, as: 'studies', labelsOnly: false }).id)
  assert.equal(await exportAll(library), paths.length)
  await services.models.importFrom(await writeTestModel(join(library.folder, 'model'), {}), 'Model "ä" \\ of a very long name that goes on and on beyond sixty-four characters')
  const { rows } = services.studies.list({ search: '', origin: 'library', sort: 'date', descending: true, offset: 0, limit: 50 })
  for (const study of rows) {
    await services.predictions.study(study.id, undefined, true)
    const report = services.reports.ofStudy(study.id)
    services.reports.save({ ...report, text: 'Words \\ of the reader\nin two lines', impression: 'Ä', findings: [{ label: 'Edema', decision: 'accepted', note: 'a\tnote' }] })
  }
  assert.equal(await exportAll(library), paths.length)
})
