import assert from 'node:assert/strict'
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { fixture } from '#main/dicom/testing/fixtures.ts'
import type { Services } from '../index.ts'
import { HEADER, chexpertFolder, importNow, jpeg, line, testLibrary } from '../testing/library.ts'

const skips = (services: Services, job: string) => Object.fromEntries(services.jobs.skipped(job).map(({ path, code }) => [basename(path), code]))
const tableCounts = ({ datasets, studies }: Services) => ({ sets: datasets.list().map(({ images, patients, studies: of, labelled }) => [images, patients, of, labelled]), studies: studies.list({ search: '', origin: 'all', sort: 'date', descending: true, offset: 0, limit: 500 }).total })

test('a folder in CheXpert layout: train.csv and valid.csv are one set, every film is an image of a study of a patient', async (t) => {
  const { services, folder, events } = testLibrary(t)
  const set = join(folder, 'small')
  const train = await chexpertFolder(set, { patients: 3 })
  const valid = await chexpertFolder(set, { patients: 1, name: 'valid.csv', part: 'valid', first: 4 })
  const job = await importNow(services, set)
  assert.deepEqual([job.state, job.skippedCount, job.done, job.total], ['finished', 0, 8, 8])
  const [row] = services.datasets.list()
  assert.deepEqual({ ...row, id: '', createdAt: '' }, { id: '', name: 'small', images: 8, patients: 4, studies: 4, labelled: 8, hasFiles: true, sample: false, createdAt: '', skipped: 0 })
  const { rows, total } = services.datasets.images('small', { filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 100 })
  assert.equal(total, 8)
  assert.deepEqual(rows.map(({ fileName, patient }) => `${patient}/${fileName}`), [...train, ...valid].map((path) => `${path.split('/')[1]}/${basename(path)}`))
  const [first] = rows
  assert.deepEqual([first!.sex, first!.age, first!.view, first!.labels.Edema, first!.labels.Pneumonia, first!.labels.Atelectasis], ['Female', 55, 'Frontal AP', 1, -1, null])
  const study = services.studies.get(first!.study)
  assert.deepEqual([study.origin, study.patientId, study.sex, study.images, study.imagesOf[0]!.columns], ['dataset', 'patient00001', 'F', 2, 40])
  assert.match(study.studyInstanceUid, /^2\.25\.\d{30,39}$/)
  assert.equal(services.studies.get(study.studyInstanceUid).id, study.id)
  assert.ok(events.some(({ name }) => name === 'job') && events.some(({ name }) => name === 'changed'))
})

test('importing twice adds nothing; new rows and films are added, ids stay', async (t) => {
  const { services, folder } = testLibrary(t)
  const set = join(folder, 'small')
  await chexpertFolder(set)
  copyFileSync(fixture('explicit.dcm'), join(set, 'film.dcm'))
  const once = await importNow(services, set)
  const before = tableCounts(services)
  const twice = await importNow(services, set)
  assert.deepEqual(tableCounts(services), before)
  assert.equal(twice.result!['dataset'], once.result!['dataset'])
  assert.deepEqual([once.result!['opened'], twice.result!['opened']], [1, 0])
  await jpeg(join(set, 'train/patient00009/study1/view1_frontal.jpg'))
  appendFileSync(join(set, 'train.csv'), `${line('small/train/patient00009/study1/view1_frontal.jpg')}\n`)
  const grown = await importNow(services, set)
  assert.deepEqual([grown.result!['dataset'], grown.result!['images'], grown.result!['labelled']], [once.result!['dataset'], 7, 6])
})

test('labels only, then with the films: the same rows get their files', async (t) => {
  const { services, folder } = testLibrary(t)
  const set = join(folder, 'small')
  await chexpertFolder(set, { films: false })
  const labels = await importNow(services, set, { labelsOnly: true })
  assert.deepEqual([labels.result!['images'], services.datasets.list()[0]!.hasFiles], [6, false])
  const uids = () => services.datasets.images('small', { filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 9 }).rows.map(({ image }) => services.studies.image(image))
  assert.deepEqual(uids().map(({ rows }) => rows), Array(6).fill(null))
  const before = uids().map(({ sopInstanceUid }) => sopInstanceUid)
  await chexpertFolder(set)
  await importNow(services, set)
  assert.deepEqual(uids().map(({ sopInstanceUid }) => sopInstanceUid), before)
  assert.deepEqual(uids().map(({ rows, fileName }) => [rows, fileName.slice(0, 4)]), Array(6).fill(null).map((_, i) => [40, `view${(i % 2) + 1}`.slice(0, 4)]))
  assert.equal(services.datasets.list()[0]!.hasFiles, true)
})

test('bad input costs only itself, and is named', async (t) => {
  const { services, folder } = testLibrary(t)
  const set = join(folder, 'small')
  const paths = await chexpertFolder(set, { patients: 4 })
  const named = (i: number) => join(set, paths[i]!)
  renameSync(named(0), join(set, 'gone'))
  rmSync(join(set, 'gone'))
  writeFileSync(named(2), 'not a picture')
  truncateSync(named(4), readFileSync(named(4)).length >> 1)
  writeFileSync(join(set, 'other.csv'), `${HEADER.filter((name) => name !== 'Edema').join(',')}\n`)
  writeFileSync(join(set, 'text.dcm'), 'this is a letter')
  writeFileSync(join(set, 'README.md'), 'no film and no claim to be one')
  copyFileSync(fixture('explicit.dcm'), join(set, 'good.dcm'))
  writeFileSync(join(set, 'short.dcm'), readFileSync(fixture('explicit.dcm')).subarray(0, 1500))
  await jpeg(join(set, 'stray.jpg'))
  const rows = [line('small/bad-label.jpg', { Fracture: 'maybe' }), 'small/short-row.jpg,Male', line(`small/${paths[6]}`), line('')]
  appendFileSync(join(set, 'train.csv'), `${rows.join('\n')}\n`)

  const job = await importNow(services, set)
  assert.equal(job.state, 'finished')
  const found = services.jobs.skipped(job.id)
  assert.deepEqual(
    found.map(({ path, code }) => [path.replace(`${set}/`, ''), code]).sort(),
    [
      [`small/${paths[0]}`, 'FILE_NOT_FOUND'],
      [paths[2], 'CORRUPT_IMAGE'],
      [paths[4], 'CORRUPT_IMAGE'],
      ['other.csv', 'MISSING_COLUMN'],
      ['small/bad-label.jpg', 'BAD_LABEL'],
      ['small/short-row.jpg', 'BAD_ROW'],
      [`small/${paths[6]}`, 'DUPLICATE_ROW'],
      ['train.csv', 'BAD_ROW'],
      ['text.dcm', 'NOT_DICOM'],
      ['short.dcm', 'TRUNCATED_FILE'],
      ['stray.jpg', 'NOT_LISTED'],
    ].sort(),
  )
  const message = (code: string) => found.find((file) => file.code === code)!.message
  assert.match(message('MISSING_COLUMN'), /"Edema"/)
  assert.match(message('FILE_NOT_FOUND'), /Row 2\b/)
  assert.match(message('BAD_LABEL'), /Row 10 .*"maybe".*Fracture/)
  assert.deepEqual(tableCounts(services), { sets: [[5, 4, 4, 5]], studies: 5 })
  assert.equal(services.datasets.skipped('small').length, 7, 'the set keeps what was wrong with its own rows')
})

test('studies: DICOM by content, pictures, links that go round, nameless patients kept apart', async (t) => {
  const { services, folder } = testLibrary(t)
  const films = join(folder, 'films')
  mkdirSync(join(films, 'sub'), { recursive: true })
  copyFileSync(fixture('rle.dcm'), join(films, 'no-extension'))
  copyFileSync(fixture('no-preamble.dcm'), join(films, 'sub', 'x.bin'))
  copyFileSync(fixture('no-image.dcm'), join(films, 'sub', 'report.dcm'))
  await jpeg(join(films, 'one.jpg'), 1)
  await jpeg(join(films, 'two.png.jpg'), 2)
  symlinkSync(films, join(films, 'sub', 'round'))
  symlinkSync(join(films, 'nowhere'), join(films, 'dangling'))
  const job = await importNow(services, films)
  // Both DICOM files carry the same UIDs: they are one film.
  assert.deepEqual(job.result, { images: 3, known: 1 })
  assert.deepEqual(skips(services, job.id), { 'report.dcm': 'NO_PIXEL_DATA', dangling: 'FOLDER_UNREADABLE' })
  const { rows } = services.studies.list({ search: '', origin: 'library', sort: 'patientId', descending: false, offset: 0, limit: 10 })
  assert.ok(rows.every(({ origin, coverImage }) => origin === 'opened' && coverImage))
  const pictures = rows.filter(({ patientId }) => patientId === 'one' || patientId === 'two.png')
  assert.equal(pictures.length, 2)
  assert.deepEqual(pictures.map(({ id }) => services.studies.get(id).priors.length), [0, 0])
  assert.deepEqual((await importNow(services, films)).result, { images: 0, known: 4 })
  assert.equal(services.studies.remove(rows.map(({ id }) => id)), rows.length)
  assert.equal(readdirSync(films).length, 5, 'files stay')
})

test('names: a free one is found, one that belongs to other films is refused', async (t) => {
  const { services, folder } = testLibrary(t)
  await chexpertFolder(join(folder, 'a', 'small'), { patients: 1 })
  await chexpertFolder(join(folder, 'b', 'small'), { patients: 2 })
  await importNow(services, join(folder, 'a', 'small'))
  assert.equal((await importNow(services, join(folder, 'b', 'small'))).result!['name'], 'small 2')
  const refused = await importNow(services, join(folder, 'b', 'small'), { name: 'small' })
  assert.deepEqual([refused.state, refused.error?.code], ['failed', 'NAME_TAKEN'])
  const other = await importNow(services, join(folder, 'a', 'small'), { name: 'copy' })
  assert.deepEqual([other.state, other.result!['images'], services.datasets.list().length], ['finished', 2, 3])
})

test('a gzipped CSV of its own, whose rows resolve from the folder above', async (t) => {
  const { services, folder } = testLibrary(t)
  const set = join(folder, 'x', 'small')
  await chexpertFolder(set)
  writeFileSync(join(set, 'labels.csv.gz'), gzipSync(readFileSync(join(set, 'train.csv'))))
  const job = await importNow(services, join(set, 'labels.csv.gz'))
  assert.deepEqual([job.state, job.result!['name'], job.result!['images'], job.skippedCount], ['finished', 'small', 6, 0])
})

test('a set without one usable film fails with a remedy and leaves no set', async (t) => {
  const { services, folder } = testLibrary(t)
  await chexpertFolder(join(folder, 'small'), { films: false })
  const job = await importNow(services, join(folder, 'small'), { as: 'dataset' })
  assert.deepEqual([job.state, job.error?.code, job.skippedCount], ['failed', 'NO_FILMS', 6])
  assert.match(job.error!.remedy!, /labels only/)
  assert.deepEqual(services.datasets.list(), [])
  writeFileSync(join(folder, 'empty.csv'), '')
  assert.equal((await importNow(services, join(folder, 'empty.csv'), { as: 'dataset' })).error?.code, 'NO_LABEL_FILE')
})

test('cancelled, what is in stays; resumed, the rest follows', async (t) => {
  const { services, folder } = testLibrary(t)
  await chexpertFolder(join(folder, 'small'), { patients: 60 })
  const started = services.importing.start({ paths: [join(folder, 'small')], as: 'auto', labelsOnly: false })
  while ((services.datasets.list()[0]?.images ?? 0) === 0) await new Promise(setImmediate)
  const cancelled = await services.jobs.cancel(started.id)
  assert.equal(cancelled.state, 'cancelled')
  const images = services.datasets.list()[0]!.images
  assert.ok(images > 0 && images < 120, `${images}`)
  services.jobs.resume(started.id)
  const ended = await services.jobs.ended(started.id)
  assert.deepEqual([ended.state, ended.result!['images'], ended.skippedCount], ['finished', 120, 0])
})
