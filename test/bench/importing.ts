/** Import of full-size DICOM films beside a pool of pydicom and Pillow that makes the same uint8. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PACKAGES } from '../verify/dicom/peer.ts'
import { interleave, type Figures, type Plan } from './interleave.ts'
import { peersPython } from './peers.ts'
import { ours } from './sides.ts'

const here = import.meta.dirname
const SAMPLES = join(here, '../../resources/samples/dataset')
const WORKERS = 2

type Coding = 'raw' | 'j2k'

export interface ImportPlan {
  plan: Plan
  size: number
  /** Folder of pictures that the films are made of; the sample films where none is named. */
  films: string | undefined
  count: number
  /** Folder to keep the films in: two hundred take three gigabytes and minutes to make. */
  keep: string | undefined
  /** One coding alone; both where none is named. */
  coding: string | undefined
}

/** Of each coding both sides' figures, a step being all films, and the greatest difference of their pictures. */
export async function importing({ plan, size, films, count, keep, coding: only }: ImportPlan): Promise<Partial<Record<Coding, { figures: Record<'ours' | 'pydicom', Figures>; difference: number }>>> {
  const python = await peersPython('dicom', PACKAGES)
  const made = keep ?? (await mkdtemp(join(tmpdir(), 'xclassifier-films-')))
  try {
    process.stderr.write(`Making ${count} films ...\n`)
    const { status } = spawnSync(python, [join(here, 'pydicom', 'make_films.py'), films ?? SAMPLES, made, String(count)], { stdio: ['ignore', 2, 2] })
    if (status !== 0) throw new Error(`make_films.py ended with ${status}`)
    const compare = async (coding: Coding) => {
      const setting = { folder: join(made, coding), count, size, workers: WORKERS }
      const peer = { name: 'pydicom import', commands: [{ file: python, args: [join(here, 'pydicom', 'import.py'), JSON.stringify(setting)] }] }
      const figures = await interleave({ ours: ours('import', setting), pydicom: peer }, plan)
      return { figures, difference: difference(figures.ours.ready.first as string, figures.pydicom.ready.first as string) }
    }
    const compared: Awaited<ReturnType<typeof importing>> = {}
    for (const coding of ['raw', 'j2k'] as const) if (!only || only === coding) compared[coding] = await compare(coding)
    return compared
  } finally {
    if (!keep) await rm(made, { recursive: true, force: true })
  }
}

function difference(ours: string, theirs: string): number {
  const [a, b] = [Buffer.from(ours, 'hex'), Buffer.from(theirs, 'hex')]
  return a.length === b.length ? a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) : Infinity
}
