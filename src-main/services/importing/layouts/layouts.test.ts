import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import sharp from 'sharp'
import { parse } from 'csv-parse/sync'
import type { DatasetImage } from '#shared/domain/dataset.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Label, RawLabel } from '#shared/domain/labels.ts'
import { fixture } from '#main/dicom/testing/fixtures.ts'
import { importNow, jpeg, testLibrary } from '../../testing/library.ts'
import type { TestLibrary } from '../../testing/library.ts'
import { vocabularyOf } from './words.ts'

const SAMPLES = join(import.meta.dirname, '../../../../resources/samples/dataset')

function put(folder: string, name: string, ...lines: string[]): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
}

const imagesOf = ({ services }: TestLibrary, dataset: unknown): DatasetImage[] =>
  services.datasets.images(String(dataset), { filter: { search: '', labels: [] }, sort: 'row', descending: false, offset: 0, limit: 500 }).rows

const named = (labels: DatasetImage['labels'], raw: RawLabel): Label[] => LABELS.filter((label) => labels[label] === raw)
const skips = ({ services }: TestLibrary, job: string) => services.jobs.skipped(job).map(({ path, code }) => [path.split('/').at(-1), code])
const sixteenBits = async (path: string): Promise<void> => {
  const pixels = Uint16Array.from({ length: 40 * 30 }, (_, i) => i * 50)
  writeFileSync(path, await sharp(pixels, { raw: { width: 40, height: 30, channels: 1 } }).toColourspace('grey16').png().toBuffer())
}

test('ChestX-ray14: the words of 144 films become the labels that somebody else gave them', async (t) => {
  const library = testLibrary(t)
  const sources = parse(readFileSync(join(SAMPLES, 'sources.csv')), { columns: true }) as Record<string, string>[]
  const wanted = parse(readFileSync(join(SAMPLES, 'train.csv')), { columns: true }) as Record<string, string>[]
  const header = 'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],'
  const rows = sources.map(({ nih_image: image, nih_labels: words }) => `${image},${words},${Number(image!.slice(9, 12))},${Number(image!.slice(0, 8))},058Y,M,PA,2682,2749,0.143,0.143,`)
  put(join(library.folder, 'nih'), 'Data_Entry_2017.csv', header, ...rows)
  const job = await importNow(library.services, join(library.folder, 'nih'), { as: 'dataset', labelsOnly: true })
  assert.deepEqual([job.result!['images'], job.skippedCount], [144, 0])
  imagesOf(library, job.result!['dataset']).forEach(({ labels, age, sex, view }, i) => {
    assert.deepEqual([age, sex, view], [58, 'Male', 'Frontal PA'])
    assert.deepEqual(named(labels, 1), LABELS.filter((label) => wanted[i]![label] === '1.0'), sources[i]!['nih_labels'])
    const unsaid: Label[] = ['Enlarged Cardiomediastinum', 'Fracture', 'Lung Opacity', 'Pleural Other', 'Support Devices']
    assert.deepEqual(named(labels, null), unsaid.filter((label) => labels[label] !== 1), 'the set names no such film, or only some of them')
  })
  const count = (word: string): number => sources.filter(({ nih_labels: words }) => words!.split('|').includes(word)).length
  for (const word of ['Emphysema', 'Fibrosis', 'Hernia']) if (count(word)) assert.ok(String(job.result!['unmapped']).includes(`${word.toLowerCase()} ${count(word)}`), word)
})

test('ChestX-ray14: films lie in several folders, and the official lists are a split', async (t) => {
  const library = testLibrary(t)
  const folder = join(library.folder, 'nih')
  const films = ['00000001_000.png', '00000001_001.png', '00000002_000.png', '00000003_000.png', '00000004_000.png']
  put(folder, 'Data_Entry_2017_v2020.csv', 'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position', ...films.map((film, i) => `${film},${i === 4 ? '' : 'Effusion|Hernia'},${film.slice(9, 12)},${Number(film.slice(0, 8))},${i === 3 ? 414 : 60 + i},F,AP`))
  put(folder, 'train_val_list.txt', ...films.slice(0, 2))
  put(folder, 'test_list.txt', films[2]!)
  for (const [i, film] of films.entries()) {
    mkdirSync(join(folder, `images_00${1 + (i >> 1)}`, 'images'), { recursive: true })
    if (i !== 3) await sixteenBits(join(folder, `images_00${1 + (i >> 1)}`, 'images', film))
  }
  const job = await importNow(library.services, folder, { as: 'dataset' })
  assert.deepEqual(skips(library, job.id), [[films[4], 'NO_LABELS'], [films[3], 'FILE_NOT_FOUND'], [films[4], 'NOT_LISTED']])
  const images = imagesOf(library, job.result!['dataset'])
  assert.deepEqual(images.map(({ fileName, patient, age }) => [fileName, patient, age]), [[films[0], '1', 60], [films[1], '1', 61], [films[2], '2', 62]])
  const [split, ...more] = library.services.datasets.splits(String(job.result!['dataset']))
  assert.deepEqual([split!.id, split!.kind, split!.train, split!.val, split!.test, more], [job.result!['split'], 'file', 2, 0, 1, []])
  const { rows, columns, kind } = library.services.studies.image(images[0]!.image)
  assert.deepEqual([rows, columns, kind], [30, 40, 'png'])
})

test('PadChest: lists that Python printed, reports over several lines, the year of birth, excluded films', async (t) => {
  const library = testLibrary(t)
  const folder = join(library.folder, 'padchest')
  const header = ',ImageID,ImageDir,StudyDate_DICOM,StudyID,PatientID,PatientBirth,PatientSex_DICOM,Projection,Report,Labels'
  const row = (i: number, labels: string, report = 'sin hallazgos'): string => `${i},${i}.png,${i % 2}.0,20140915,st${i},pa${i >> 1},1930.0,${i % 2 ? 'M' : 'F'},${i % 2 ? 'L' : 'PA'},"${report}",${labels}`
  put(
    folder,
    'PADCHEST_labels.csv',
    header,
    row(0, `['normal']`),
    row(1, `"['pleural effusion', ' NSG tube', ""crow's nest"", 'pleural effusion']"`, 'una linea\ny otra, con "", comillas'),
    row(2, `"['exclude', 'pneumonia']"`),
    row(3, 'nan'),
    row(4, `['']`),
    row(5, `"['laminar atelectasis', 'scoliosis', '']"`),
  )
  for (const i of [0, 1, 5]) {
    mkdirSync(join(folder, String(i % 2)), { recursive: true })
    await sixteenBits(join(folder, String(i % 2), `${i}.png`))
  }
  const job = await importNow(library.services, folder, { as: 'dataset' })
  assert.deepEqual(skips(library, job.id), [['2.png', 'EXCLUDED'], ['3.png', 'NO_LABELS'], ['4.png', 'NO_LABELS']])
  const images = imagesOf(library, job.result!['dataset'])
  assert.deepEqual(images.map(({ patient, sex, age, view, labels }) => [patient, sex, age, view, named(labels, 1), named(labels, null)]), [
    ['pa0', 'Female', 84, 'Frontal PA', ['No Finding'], []],
    ['pa0', 'Male', 84, 'Lateral', ['Pleural Effusion', 'Support Devices'], []],
    ['pa2', 'Male', 84, 'Lateral', ['Atelectasis', 'Lung Opacity'], []],
  ])
  assert.equal(job.result!['unmapped'], "crow's nest 1, scoliosis 1")
})

const STUDY_LABELS = ['subject_id,study_id,No Finding,Airspace Opacity,Atelectasis,Cardiomegaly,Consolidation,Edema,Enlarged Cardiomediastinum,Fracture,Lung Lesion,Pleural Effusion,Pleural Other,Pneumonia,Pneumothorax,Support Devices', '10000032,50414267,,1.0,,0.0,,-1.0,,,,,,,,1.0', '10000032,53189527,1.0,,,,,,,,,,,,,', 'x,y,1.0,,,,,,,,,,,,,']
const FILMS = ['02aa804e-bde0afdd', '174413ec-4ec4c1f7', '2a2277a9-b0ded155', 'e084de3b-be89b11e']
const STUDIES = ['50414267', '50414267', '53189527', '59999999']
const place = (i: number, extension: string): string => `files/p10/p10000032/s${STUDIES[i]}/${FILMS[i]}.${extension}`
const MIMIC = { metadata: ['dicom_id,subject_id,study_id,ViewPosition,Rows', ...FILMS.map((film, i) => `${film},10000032,${STUDIES[i]},${['PA', 'LATERAL', 'AP', 'LL'][i]},3056`)], split: ['dicom_id,study_id,subject_id,split', ...FILMS.map((film, i) => `${film},${STUDIES[i]},10000032,${['train', 'train', 'validate', 'test'][i]}`)] }
const SAID = [
  ['p10000032', 'Frontal PA', ['Lung Opacity', 'Support Devices'], ['Edema']],
  ['p10000032', 'Lateral', ['Lung Opacity', 'Support Devices'], ['Edema']],
  ['p10000032', 'Frontal AP', ['No Finding'], []],
]

test('MIMIC-CXR-JPG: labels by study, views by the metadata, the official split; a study without labels is said', async (t) => {
  const library = testLibrary(t)
  const folder = join(library.folder, 'mimic')
  put(folder, 'mimic-cxr-2.0.0-chexpert.csv', ...STUDY_LABELS)
  put(folder, 'mimic-cxr-2.0.0-negbio.csv', STUDY_LABELS[0]!, '10000032,50414267,1.0,,,,,,,,,,,,,')
  put(folder, 'mimic-cxr-2.0.0-metadata.csv', ...MIMIC.metadata)
  put(folder, 'mimic-cxr-2.0.0-split.csv', ...MIMIC.split)
  for (const i of FILMS.keys()) await jpeg(join(folder, place(i, 'jpg')), i)
  const job = await importNow(library.services, folder, { as: 'dataset' })
  assert.deepEqual(skips(library, job.id).sort(), [['e084de3b-be89b11e.jpg', 'NOT_LISTED'], ['e084de3b-be89b11e.jpg', 'NO_LABELS'], ['mimic-cxr-2.0.0-chexpert.csv', 'BAD_ROW'], ['mimic-cxr-2.0.0-negbio.csv', 'LABELS_NOT_USED']])
  assert.deepEqual(imagesOf(library, job.result!['dataset']).map(({ patient, view, labels }) => [patient, view, named(labels, 1), named(labels, -1)]), SAID)
  const [split] = library.services.datasets.splits(String(job.result!['dataset']))
  assert.deepEqual([split!.kind, split!.train, split!.val, split!.test], ['file', 2, 1, 0])
  // Any table of it stands for all: alone it would say nothing.
  const again = await importNow(library.services, join(folder, 'mimic-cxr-2.0.0-split.csv'), { as: 'dataset' })
  assert.deepEqual([again.result!['dataset'], again.result!['images']], [job.result!['dataset'], 3])
})

test('MIMIC-CXR as DICOM: by its record list, or by the metadata with .dcm beside it', async (t) => {
  for (const list of [['cxr-record-list.csv', 'subject_id,study_id,dicom_id,path', ...FILMS.slice(0, 3).map((film, i) => `10000032,${STUDIES[i]},${film},${place(i, 'dcm')}`)], ['metadata.csv', ...MIMIC.metadata.slice(0, 4)]]) {
    const library = testLibrary(t)
    const folder = join(library.folder, 'mimic')
    put(folder, 'chexpert.csv', ...STUDY_LABELS.slice(0, 3))
    put(folder, list[0]!, ...list.slice(1))
    for (const i of [0, 1, 2]) {
      mkdirSync(join(folder, place(i, 'dcm'), '..'), { recursive: true })
      writeFileSync(join(folder, place(i, 'dcm')), readFileSync(fixture(['explicit.dcm', 'rle.dcm', 'deflated.dcm'][i]!)))
    }
    const job = await importNow(library.services, folder, { as: 'dataset' })
    assert.deepEqual(skips(library, job.id), [])
    assert.deepEqual(imagesOf(library, job.result!['dataset']).map(({ fileName, labels }) => [fileName, named(labels, 1)]), SAID.map(([, , labels], i) => [`${FILMS[i]}.dcm`, labels]))
  }
})

test('MIMIC-CXR without its films or without its labels says which table is missing', async (t) => {
  const library = testLibrary(t)
  put(join(library.folder, 'labels'), 'chexpert.csv', ...STUDY_LABELS)
  put(join(library.folder, 'films'), 'metadata.csv', ...MIMIC.metadata)
  for (const name of ['labels', 'films']) {
    const job = await importNow(library.services, join(library.folder, name), { as: 'dataset', labelsOnly: true })
    assert.deepEqual([job.error?.code, skips(library, job.id).map(([, code]) => code)], ['NO_LABEL_FILE', ['MISSING_TABLE']])
    assert.match(library.services.jobs.skipped(job.id)[0]!.message, name === 'labels' ? /metadata\.csv/ : /chexpert\.csv/)
  }
})

test('vocabularies: every word is spelt once, every label is one of ours, and each of the 14 has a word', () => {
  for (const name of ['nih', 'padchest'] as const) {
    const { words, denies, excludes } = vocabularyOf(name)
    const meant = Object.values(words).flat()
    assert.deepEqual(meant.filter((label) => !LABELS.includes(label)), [])
    assert.deepEqual(denies.filter((label) => !meant.includes(label)), [], 'a label that no word stands for cannot be denied')
    assert.equal(new Set(Object.keys(words).map((word) => word.toLowerCase())).size, Object.keys(words).length)
    assert.deepEqual(excludes.filter((word) => word in words), [])
    for (const labels of Object.values(words)) assert.ok(!labels.includes('No Finding') || labels.length === 1)
  }
  assert.deepEqual(LABELS.filter((label) => !Object.values(vocabularyOf('padchest').words).flat().includes(label)), [])
})
