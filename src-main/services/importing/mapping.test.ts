import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { LABELS } from '#shared/domain/labels.ts'
import type { Mapping } from '#shared/domain/sources.ts'
import { importNow, jpeg, testLibrary } from '../testing/library.ts'
import { previewMapping } from './preview.ts'

const HEADER = 'image;subject;exam;fold;gender;years;projection;findings'
const ROWS = ['one;7;a;train;m;70;PA;Effusion|Infiltrat', 'two;7;b;train;m;71;PA;ohne Befund', 'three;8;a;validation;f;40;lateral;Pneumothorax', 'four;9;a;test;f;;PA;', 'five;9;b;other;x;20;PA;Effusion']
const WORDS: Mapping = {
  file: 'image', patient: 'subject', study: 'exam', split: 'fold', sex: 'gender', age: 'years', view: 'projection',
  labels: { kind: 'list', column: 'findings', separator: '|', denies: true, words: { 'Effusion': ['Pleural Effusion'], 'Infiltrat': ['Lung Opacity'], 'ohne Befund': ['No Finding'], 'Pneumothorax': ['Pneumothorax'] } },
}

/** A table of another hospital, its films two folders below without their names' ends. */
async function otherTable(t: TestContext, name = 'befunde.csv') {
  const library = testLibrary(t)
  const folder = join(library.folder, 'others')
  for (const [i, film] of ['one', 'two', 'three', 'five'].entries()) await jpeg(join(folder, 'scans', '2024', `${film}.jpg`), i)
  const path = join(folder, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, [HEADER, ...ROWS].join('\r\n'))
  const rows = (dataset: unknown) => library.services.datasets.images(String(dataset), { filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 50 }).rows
  return { ...library, folder, path, rows }
}

test('a table whose columns are explained: one column of words, patients, splits; and the explanation is remembered for its header', async (t) => {
  const { services, path, rows } = await otherTable(t)
  assert.equal((await importNow(services, path, { as: 'dataset' })).error?.code, 'NO_LABEL_FILE')
  const job = await importNow(services, path, { as: 'dataset', mapping: WORDS })
  assert.deepEqual(services.jobs.skipped(job.id).map(({ path: film, code, message }) => [film, code, /^Row \d of befunde\.csv/.exec(message)?.[0]]), [['four', 'NO_LABELS', 'Row 5 of befunde.csv']])
  assert.deepEqual(rows(job.result!['dataset']).map(({ patient, sex, age, view, labels }) => [patient, sex, age, view, LABELS.filter((label) => labels[label] === 1), LABELS.filter((label) => labels[label] === 0).length]), [
    ['7', 'Male', 70, 'Frontal PA', ['Lung Opacity', 'Pleural Effusion'], 2],
    ['7', 'Male', 71, 'Frontal PA', ['No Finding'], 3],
    ['8', 'Female', 40, 'Lateral', ['Pneumothorax'], 3],
    ['9', '', 20, 'Frontal PA', ['Pleural Effusion'], 3],
  ])
  const [split] = services.datasets.splits(String(job.result!['dataset']))
  assert.deepEqual([split!.train, split!.val, split!.test], [2, 1, 0], 'a row of no part is in none')
  const again = await importNow(services, path, { as: 'dataset' })
  assert.deepEqual([again.state, again.result!['dataset'], again.result!['images']], ['finished', job.result!['dataset'], 4])
  const [table] = await services.importing.tables([path])
  assert.deepEqual([table!.format, table!.remembered, table!.mapping], ['mapped', true, WORDS])
})

test('a column a label, in words of its own; what cannot be a label is refused by row', async (t) => {
  const { services, folder, rows } = await otherTable(t)
  writeFileSync(join(folder, 'columns.tsv'), ['file\twater\tair', 'one.jpg\tyes\t0', 'two.jpg\t\t-1', 'three.jpg\tperhaps\t1'].join('\n'))
  const mapping: Mapping = { file: 'file', labels: { kind: 'columns', columns: { 'Pleural Effusion': 'water', 'Pneumothorax': 'air' } } }
  const job = await importNow(services, join(folder, 'columns.tsv'), { as: 'dataset', mapping })
  assert.deepEqual(services.jobs.skipped(job.id).map(({ path, code }) => [path, code]), [['three.jpg', 'BAD_LABEL']])
  assert.deepEqual(rows(job.result!['dataset']).map(({ labels }) => [labels['Pleural Effusion'], labels['Pneumothorax'], labels['Edema']]), [[1, 0, null], [null, -1, null]])
})

test('the columns of an unknown table are guessed: files, patients, words and what they mean', async (t) => {
  const { services, path } = await otherTable(t)
  const [table] = await services.importing.tables([path])
  assert.deepEqual([table!.format, table!.columns, table!.sample[1]![0]], [null, HEADER.split(';'), 'two'])
  assert.deepEqual(table!.mapping, {
    file: 'image', patient: 'subject', study: 'exam', view: 'projection', sex: 'gender', age: 'years', split: 'fold',
    labels: { kind: 'list', column: 'findings', separator: '|', denies: true, words: { 'Effusion': ['Pleural Effusion'], 'Infiltrat': [], 'ohne Befund': [], 'Pneumothorax': ['Pneumothorax'] } },
  })
})

test('a table with some of our labels and no more is no CheXpert set: its columns are guessed', async (t) => {
  const { services, folder } = await otherTable(t)
  writeFileSync(join(folder, 'some.csv'), 'filename,PatientID,Edema,Effusion\none.jpg,1,1,0\n')
  const [table] = await services.importing.tables([join(folder, 'some.csv')])
  assert.deepEqual([table!.format, table!.mapping], [null, { file: 'filename', patient: 'PatientID', labels: { kind: 'columns', columns: { 'Edema': 'Edema', 'Pleural Effusion': 'Effusion' } } }])
})

test('a preview reads the first rows as the import would: films found, problems by row, labels and words counted', async (t) => {
  const { services, path } = await otherTable(t)
  const preview = await previewMapping(path, WORDS)
  assert.deepEqual([preview.rows, preview.usable, preview.films, preview.problems.map(({ row, code }) => [row, code])], [5, 4, { looked: 4, found: 4, missing: [] }, [[5, 'NO_LABELS']]])
  assert.deepEqual(preview.labels.filter(({ positive }) => positive).map(({ label, positive, negative }) => [label, positive, negative]), [['Lung Opacity', 1, 3], ['No Finding', 1, 3], ['Pleural Effusion', 2, 2], ['Pneumothorax', 1, 3]])
  assert.deepEqual(preview.words[0], { word: 'Effusion', rows: 2 })
  assert.deepEqual(preview.first[0], { row: 2, path: 'one', patient: '7', study: '7/a', view: 'Frontal PA', sex: 'Male', age: 70, part: 'train', positive: ['Lung Opacity', 'Pleural Effusion'] })
  await assert.rejects(previewMapping(path, { ...WORDS, patient: 'person' }), { code: 'MISSING_COLUMN', message: /"person"/, remedy: /"subject"/ })
const empty: Mapping = { ...WORDS, labels: { kind: 'list', column: 'findings', separator: '|', denies: true, words: {} } }
  assert.deepEqual((await previewMapping(path, empty)).words.map(({ word }) => word), ['Effusion', 'Infiltrat', 'ohne Befund', 'Pneumothorax'])
  const refused = await importNow(services, path, { as: 'dataset', mapping: empty })
  assert.deepEqual([refused.error?.code, services.jobs.skipped(refused.id).map(({ code }) => code)], ['NO_LABEL_FILE', ['BAD_MAPPING']])
})
