/** The same films as a data set of uncompressed DICOM and as one of JPEG, each with a label file. */
import { spawnSync } from 'node:child_process'
import { copyFile, link, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import { Mersenne } from '#main/engine/data/mersenne.ts'
import { HEADER, line } from '#main/services/testing/library.ts'
import { PACKAGES } from '../../verify/dicom/peer.ts'
import { peersPython } from '../peers.ts'

/** Folder of the films that make_films.py writes, by the name of the side. */
export const FILMS = { dicom: 'raw', jpeg: 'jpeg' } as const
export type Coding = keyof typeof FILMS
export const CODINGS = Object.keys(FILMS) as Coding[]

const SAMPLES = join(import.meta.dirname, '../../../resources/samples/dataset')

/** Makes what is missing of the films. @param sources folder of pictures; @returns folder of each set */
export async function makeSets(keep: string, count: number, sources = SAMPLES): Promise<Record<Coding, string>> {
  const python = await peersPython('dicom', PACKAGES)
  const { status } = spawnSync(python, [join(import.meta.dirname, '../pydicom/make_films.py'), sources, keep, String(count), ...Object.values(FILMS)], { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error(`make_films.py ended with ${status}`)
  return { dicom: await gather(keep, 'dicom', count), jpeg: await gather(keep, 'jpeg', count) }
}

/** Labels by a seeded coin: what an epoch costs does not depend on them, as long as each class is there. */
async function gather(keep: string, coding: Coding, count: number): Promise<string> {
  const from = join(keep, FILMS[coding])
  const set = join(keep, `set-${coding}-${count}`)
  const names = (await readdir(from)).filter((name) => !name.endsWith('.part')).sort().slice(0, count)
  await rm(set, { recursive: true, force: true })
  await mkdir(set)
  for (const name of names) await link(join(from, name), join(set, name)).catch(() => copyFile(join(from, name), join(set, name)))
  const random = new Mersenne(42)
  const rows = names.map((name) => line(name, Object.fromEntries(LABELS.map((label) => [label, random.uniform() < 0.5 ? '1.0' : '0.0']))))
  await writeFile(join(set, 'train.csv'), `${[HEADER.join(','), ...rows].join('\n')}\n`)
  return set
}
