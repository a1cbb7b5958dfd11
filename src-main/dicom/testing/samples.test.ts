import assert from 'node:assert/strict'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { LABELS } from '#shared/domain/labels.ts'
import { networkInput, openFilm } from '../films.ts'
import { listTags } from '../read/tags.ts'
import { maxDifference } from './fixtures.ts'

const SAMPLES = join(import.meta.dirname, '../../../resources/samples')
const studies = readdirSync(join(SAMPLES, 'studies')).map((name) => join(SAMPLES, 'studies', name))

test('the samples stay within 6 MB and carry their notice', () => {
  const files = readdirSync(SAMPLES, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  assert.ok(files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0) <= 6e6)
  assert.match(readFileSync(join(SAMPLES, 'README.md'), 'utf8'), /NIH Clinical Center[\s\S]*CVPR 2017/)
})

test('the data set has 144 films of 112 patients, every row with its file', () => {
  const rows = parse<Record<string, string>>(readFileSync(join(SAMPLES, 'dataset/train.csv')), { columns: true })
  assert.equal(rows.length, 144)
  assert.equal(new Set(rows.map((row) => row.Path!.split('/')[2])).size, 112)
  for (const row of rows) assert.ok(statSync(join(SAMPLES, 'dataset', row.Path!.split('/').slice(1).join('/'))).size > 0)
  for (const label of LABELS) assert.ok(label in rows[0]!)
})

test('the studies are five invented patients, in five codings and both polarities', async () => {
  const films = await Promise.all(studies.map(openFilm))
  const said = films.map(({ metadata }) => metadata!)
  assert.equal(new Set(said.map((film) => film.patientId)).size, 5)
  assert.ok(said.every((film) => /^SAMPLE\^/.test(film.patientName!) && /^SAMPLE-\d{3}$/.test(film.patientId!)))
  assert.equal(new Set(said.map((film) => film.transferSyntaxUid)).size, 5)
  assert.equal(said.filter((film) => film.photometric === 'MONOCHROME1').length, 1)
  assert.equal(new Set(films.map((film) => film.uids.studyInstanceUid)).size, 6)
})

test('every study shows the film that the data set holds as JPEG, polarity and coding undone', async () => {
  const sources = parse<Record<string, string>>(readFileSync(join(SAMPLES, 'dataset/sources.csv')), { columns: true })
  for (const path of studies) {
    const { dicom } = await openFilm(path)
    const comment = (await listTags(dicom!)).find((tag) => tag.keyword === 'ImageComments')!.value
    const { Path } = sources.find((row) => comment.endsWith(row.nih_image!))!
    const [study, jpeg] = [await networkInput(path, 64), await networkInput(join(SAMPLES, 'dataset', Path!.split('/').slice(1).join('/')), 64)]
    assert.ok(maxDifference(study, jpeg) <= 12, `${path}: ${maxDifference(study, jpeg)}`)
  }
})
