/** The films, labels and patients of a data set, as a run of the program would see them. */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LABELS, PAPER_POLICY } from '#shared/domain/labels.ts'
import { fromErrorShape } from '#shared/errors.ts'
import { hashFiles, writeNpy } from '#main/engine/data/npy.ts'
import { cliHost } from '#main/host/cli.ts'
import { resource } from '#main/services/app.ts'
import { hasPositive, targetsOf } from '#main/services/datasets/targets.ts'
import { createServices } from '#main/services/index.ts'
import { cacheFolder } from '../../../scripts/setup/paths.mjs'

export interface BenchFilms {
  /** .npy, uint8 [rows, size, size]. */
  pack: string
  /** .npy, uint8 [rows, 14]. */
  labelFile: string
  labels: Uint8Array
  patients: string[]
  /** Rows that the paper's policy keeps and whose film can be read. */
  rows: number[]
  size: number
  folder: string
  /** Of pack and labels: results belong to it. */
  hash: string
}

export const learningFolder = (): string => join(cacheFolder(), 'learning')

/** @param folder in CheXpert layout; default the films that ship with the program */
export async function openFilms(folder: string | undefined, size: number): Promise<BenchFilms> {
  const chosen = folder ?? resource('samples', 'dataset')
  await mkdir(learningFolder(), { recursive: true })
  // A library for this call only: what a newer program's database looks like is no matter of ours.
  const dataFolder = await mkdtemp(join(learningFolder(), 'library-'))
  const services = createServices({ dataFolder, host: cliHost() })
  try {
    const { importing, jobs, store, packs } = services
    const job = await jobs.ended(importing.start({ paths: [chosen], as: 'dataset', name: chosen, labelsOnly: false }).id)
    if (job.error) throw fromErrorShape(job.error)
    const { id, key } = store.datasets.get(String(job.result!['dataset']))
    const progress = (done: number, total: number): void => void process.stderr.write(`films ${done} of ${total}\n`)
    const { file, unreadable } = await packs.ensure(id, size, { signal: new AbortController().signal, progress })
    const labels = targetsOf(store.labels.matrix(key), PAPER_POLICY)
    // Ranks of their names: what counts is whose films belong together.
    const patients = Array.from(store.datasetImages.columns(key).coded.patient.codes, String)
    await writeNpy(join(dataFolder, 'labels.npy'), labels, [patients.length, LABELS.length])
    const hash = (await hashFiles([file, join(dataFolder, 'labels.npy')])).slice(0, 16)
    const [pack, labelFile] = [join(learningFolder(), `${hash}-films.npy`), join(learningFolder(), `${hash}-labels.npy`)]
    await rename(file, pack)
    await rename(join(dataFolder, 'labels.npy'), labelFile)
    const rows = patients.map((_, row) => row).filter((row) => hasPositive(labels, row) && !unreadable.has(row))
    return { pack, labelFile, labels, patients, rows, size, folder: chosen, hash }
  } finally {
    await services.close()
    await rm(dataFolder, { recursive: true, force: true })
  }
}

/** Fold of each of the rows, whole patients in the order of a seeded shuffle, each to the fold with the fewest films. */
export function foldsOf({ rows, patients }: Pick<BenchFilms, 'rows' | 'patients'>, count: number, shuffle: (n: number) => Int32Array): number[][] {
  const names = [...new Set(rows.map((row) => patients[row]!))]
  const folds = Array.from({ length: count }, (): number[] => [])
  for (const at of shuffle(names.length)) {
    const own = rows.filter((row) => patients[row] === names[at])
    folds.reduce((least, fold) => (fold.length < least.length ? fold : least)).push(...own)
  }
  return folds.map((fold) => fold.sort((a, b) => a - b))
}
