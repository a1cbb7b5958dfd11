/** Packs for tests: real films of the samples, and noise in which label 0 is a bright patch. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import sharp from 'sharp'
import { LABELS } from '#shared/domain/labels.ts'
import { Mersenne } from '../../data/mersenne.ts'
import { NpyWriter, writeNpy } from '../../data/npy.ts'
import { PLAN_FILE, type RunPlan } from '../../plan.ts'
import { writeJson } from '#main/files/whole.ts'

const SAMPLES = join(import.meta.dirname, '../../../../resources/samples/dataset')

/** The first films of the sample dataset, grey [n, side, side], and their labels [n, 14], uncertain and blank as negative. */
export async function sampleFilms(n: number, side: number): Promise<{ pixels: Uint8Array; labels: Uint8Array }> {
  const table = parse(await readFile(join(SAMPLES, 'train.csv')), { columns: true }) as Record<string, string>[]
  const rows = table.slice(0, n)
  const films = rows.map(async ({ Path }) => {
    const file = join(SAMPLES, Path!.slice(Path!.indexOf('/') + 1))
    return sharp(file).greyscale().resize(side, side, { fit: 'fill' }).raw().toBuffer()
  })
  return {
    pixels: new Uint8Array(Buffer.concat(await Promise.all(films))),
    labels: Uint8Array.from(rows.flatMap((row) => LABELS.map((label) => Number(Number(row[label]) === 1)))),
  }
}

/** A run folder with its plan: films of noise, a bright patch where label 0 holds; the last quarter is for validation. */
export async function noiseRun(folder: string, films: number, { config, ...rest }: Omit<RunPlan, 'pack' | 'labels' | 'split'>): Promise<void> {
  await mkdir(folder, { recursive: true })
  const { size } = config
  const random = new Mersenne(7)
  const labels = new Uint8Array(films * LABELS.length)
  const pack = await NpyWriter.create(join(folder, 'pack.npy'), 'uint8', [size, size])
  for (let film = 0; film < films; film++) {
    labels.set(LABELS.map(() => Number(random.uniform() < 0.4)), film * LABELS.length)
    const bright = labels[film * LABELS.length] ? 110 : 0
    const inPatch = (i: number): boolean => i % size < size / 4 && i < (size * size) / 4
    await pack.append(Uint8Array.from({ length: size * size }, (_, i) => 60 + 60 * random.uniform() + (inPatch(i) ? bright : 0)))
  }
  await pack.close()
  await writeNpy(join(folder, 'labels.npy'), labels, [films, LABELS.length])
  await writeNpy(join(folder, 'split.npy'), Uint8Array.from({ length: films }, (_, i) => Number(i >= 0.75 * films)), [films])
  await writeJson(join(folder, PLAN_FILE), { config, ...rest, pack: 'pack.npy', labels: 'labels.npy', split: 'split.npy' } satisfies RunPlan)
}
