/**
 * Makes resources/samples from a folder with `nih-sample/` (144 films in CheXpert layout) and `nih-1024/` (eight of them as PNG):
 *   node scripts/samples/make.ts DATA [OUT]
 * The data set is copied as it is; the studies are the PNG films wrapped as DICOM, losslessly but for one, under invented patients.
 * Needs dcmtk (dcmcjpeg, dcmcrle). The same input makes the same files.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { derivedUid, filmOf, writeFilm } from '../../src-main/dicom/index.ts'
import { STUDIES } from './studies.ts'
import type { SampleStudy } from './studies.ts'

const LIMIT = 6e6

const COMPRESS: Record<SampleStudy['compression'], (from: string, to: string) => void> = {
  none: (from, to) => cpSync(from, to),
  rle: (from, to) => void execFileSync('dcmcrle', ['+un', from, to]),
  'jpeg-lossless-sv1': (from, to) => void execFileSync('dcmcjpeg', ['+e1', '+un', from, to]),
  'jpeg-lossless': (from, to) => void execFileSync('dcmcjpeg', ['+el', '+sv', '6', '+un', from, to]),
  'jpeg-baseline': (from, to) => void execFileSync('dcmcjpeg', ['+eb', '+q', '92', '+un', from, to]),
}

async function makeStudy(study: SampleStudy, data: string, folder: string): Promise<void> {
  const source = join(data, 'nih-1024', study.image)
  const film = await filmOf(readFileSync(source), source)
  const { pixels, rows, columns } = await film.frame()
  const grey = pixels as Uint8Array
  const inverted = study.photometric === 'MONOCHROME1'
  const target = join(folder, `${study.file}.dcm`)
  const plain = `${target}.plain`
  const bytes = writeFilm({
    ...study,
    object: 'CR',
    modality: 'CR',
    bodyPart: 'CHEST',
    pixels: inverted ? grey.map((value) => 255 - value) : grey,
    rows,
    columns,
    studyInstanceUid: derivedUid(`sample study ${study.file}`),
    seriesInstanceUid: derivedUid(`sample series ${study.file}`),
    sopInstanceUid: derivedUid(`sample image ${study.file}`),
    windows: [
      { center: 128, width: 256, explanation: 'FULL' },
      { center: inverted ? 115 : 140, width: 170, explanation: 'CHEST' },
    ],
    extra: [
      [0x00120062, 'CS', 'YES'],
      [0x00120063, 'LO', 'NIH ChestX-ray14 film; the patient shown here is invented'],
      [0x00204000, 'LT', `Sample. NIH Clinical Center, ChestX-ray14, ${study.image}`],
    ],
  })
  writeFileSync(plain, bytes)
  COMPRESS[study.compression](plain, target)
  rmSync(plain)
}

function totalSize(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

const [data, out = join(import.meta.dirname, '../../resources/samples')] = process.argv.slice(2)
if (!data) throw new Error('usage: node scripts/samples/make.ts DATA [OUT]')
const studies = join(out, 'studies')
const dataset = join(out, 'dataset')
for (const folder of [studies, dataset]) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
}
for (const name of ['train', 'train.csv', 'sources.csv']) cpSync(join(data, 'nih-sample', name), join(dataset, name), { recursive: true })
for (const study of STUDIES) await makeStudy(study, data, studies)
const bytes = totalSize(out)
if (bytes > LIMIT) throw new Error(`the samples take ${bytes} bytes, over ${LIMIT}`)
console.log(`${STUDIES.length} studies, ${bytes} bytes`)
