import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import { Mersenne } from '#main/engine/data/mersenne.ts'
import { covers, normal, PATCHED, type NoiseFilm } from './patches.ts'

/** What a square adds to the noise, by its label, at the place inside it: bright, dark, upright and level stripes. */
export const MARKS: [Label, (x: number, y: number) => number][] = [
  [PATCHED, () => 70],
  ['Edema', () => -70],
  ['Fracture', (x) => ((x >> 3) % 2 ? 70 : -70)],
  ['Pneumothorax', (_, y) => ((y >> 3) % 2 ? 70 : -70)],
]

interface MarkedSet {
  /** Side of the square films, in pixels; each quarter holds at most one mark. */
  side: number
  /** Side of the marks. */
  patch: number
  seed: number
}

interface MarkedFilm extends NoiseFilm {
  /** Top left pixel of each of MARKS; null where it is not there. */
  marks: NoiseFilm['patch'][]
}

/** Films of noise with up to four marks, each in a quarter of its own at a place drawn at random: each in about every other film, or `all`. */
export async function markedFilms(folder: string, films: number, all: () => boolean, { side, patch, seed }: MarkedSet): Promise<MarkedFilm[]> {
  const random = new Mersenne(seed)
  const made: MarkedFilm[] = []
  for (let film = 0; film < films; film++) {
    const file = join(folder, `patient${String(film + 1).padStart(5, '0')}`, 'study1', 'view1_frontal.png')
    const there = MARKS.map(() => random.uniform() < 0.5 || all())
    const marks = inQuarters(random, side, patch).map((place, mark) => (there[mark] ? place : null))
    const pixels = Uint8ClampedArray.from({ length: side * side }, (_, i) => {
      const [x, y] = [i % side, Math.floor(i / side)]
      const here = marks.findIndex((at) => at && covers(at, patch, x, y))
      return 120 + 40 * normal(random) + (here >= 0 ? MARKS[here]![1](x - marks[here]!.x, y - marks[here]!.y) : 0)
    })
    await mkdir(dirname(file), { recursive: true })
    await sharp(pixels, { raw: { width: side, height: side, channels: 1 } }).toColourspace('b-w').png({ compressionLevel: 1 }).toFile(file)
    made.push({ file, marks, patch: marks[0]! })
  }
  return made
}

/** A place for each mark, in quarters dealt out at random. */
function inQuarters(random: Mersenne, side: number, patch: number): { x: number; y: number }[] {
  const quarters = [0, 1, 2, 3].map((quarter) => ({ quarter, order: random.uniform() })).toSorted((a, b) => a.order - b.order)
  const within = () => Math.floor(random.uniform() * (side / 2 - patch + 1))
  return quarters.map(({ quarter }) => ({ x: (quarter % 2) * (side / 2) + within(), y: (quarter >> 1) * (side / 2) + within() }))
}

/** A data set of them in CheXpert's layout. */
export async function markedDataset(folder: string, films: number, set: MarkedSet): Promise<void> {
  const made = await markedFilms(join(folder, 'train'), films, () => false, set)
  const names = MARKS.map(([label]) => label)
  const left = LABELS.filter((label) => label !== 'No Finding' && !names.includes(label))
  const header = ['Path', 'Sex', 'Age', 'Frontal/Lateral', 'AP/PA', 'No Finding', ...names, ...left]
  const rows = made.map(({ file, marks }) => [join('noise', file.slice(folder.length + 1)), 'Female', '50', 'Frontal', 'AP', marks.some(Boolean) ? '' : '1.0', ...marks.map((at) => (at ? '1.0' : '0.0')), ...left.map(() => '')])
  await writeFile(join(folder, 'train.csv'), [header, ...rows].map((row) => `${row.join(',')}\n`).join(''))
}
