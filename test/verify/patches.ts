import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import { Mersenne } from '#main/engine/data/mersenne.ts'

/** The label that the bright patch stands for. A film without it has "No Finding", so that every row has a positive label. */
export const PATCHED: Label = 'Lung Lesion'

/** A film of noise. */
export interface NoiseFilm {
  file: string
  /** Top left pixel of its patch; null where there is none. */
  patch: { x: number; y: number } | null
}

export interface NoiseSet {
  /** Side of the square films, in pixels. */
  side: number
  /** Side of the patch. */
  patch: number
  seed: number
}

/** Grey values: noise of this mean and deviation, and how much brighter the patch is. */
const [MEAN, DEVIATION, BRIGHTER] = [100, 40, 70]

/** Films of noise in `folder`; where `patched` says so, with a bright square wholly inside, at a place drawn at random. */
export async function noiseFilms(folder: string, films: number, patched: (film: number) => boolean, { side, patch, seed }: NoiseSet): Promise<NoiseFilm[]> {
  const random = new Mersenne(seed)
  const made: NoiseFilm[] = []
  for (let film = 0; film < films; film++) {
    const file = join(folder, `patient${String(film + 1).padStart(5, '0')}`, 'study1', 'view1_frontal.png')
    const place = () => Math.floor(random.uniform() * (side - patch + 1))
    const at = { x: place(), y: place() }
    const own = patched(film) ? at : null
    const inside = (i: number): boolean => own !== null && covers(own, patch, i % side, Math.floor(i / side))
    const pixels = Uint8ClampedArray.from({ length: side * side }, (_, i) => MEAN + DEVIATION * normal(random) + (inside(i) ? BRIGHTER : 0))
    await mkdir(dirname(file), { recursive: true })
    await sharp(pixels, { raw: { width: side, height: side, channels: 1 } }).toColourspace('b-w').png({ compressionLevel: 1 }).toFile(file)
    made.push({ file, patch: own })
  }
  return made
}

/** Whether the square of side `patch` at its top left pixel, grown by `margin` on every side, holds a pixel. */
export function covers(at: { x: number; y: number }, patch: number, x: number, y: number, margin = 0): boolean {
  return x >= at.x - margin && x < at.x + patch + margin && y >= at.y - margin && y < at.y + patch + margin
}

/** A data set in CheXpert's layout: every other film has the patch. @returns its films in the order of train.csv */
export async function noiseDataset(folder: string, films: number, set: NoiseSet): Promise<NoiseFilm[]> {
  const made = await noiseFilms(join(folder, 'train'), films, (film) => film % 2 === 0, set)
  const rows = made.map(({ file, patch }) => [join(`noise`, file.slice(folder.length + 1)), 'Female', '50', 'Frontal', 'AP', patch ? '1.0' : '0.0', patch ? '' : '1.0'])
  const header = ['Path', 'Sex', 'Age', 'Frontal/Lateral', 'AP/PA', PATCHED, 'No Finding', ...LABELS_LEFT]
  await writeFile(join(folder, 'train.csv'), [header, ...rows.map((row) => [...row, ...LABELS_LEFT.map(() => '')])].map((row) => `${row.join(',')}\n`).join(''))
  return made
}

const LABELS_LEFT = LABELS.filter((label) => label !== PATCHED && label !== 'No Finding')

export function normal(random: Mersenne): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
}
