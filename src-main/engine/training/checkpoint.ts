import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EpochSummary, RunConfig } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { writeJson } from '#main/files/whole.ts'
import type { Architecture } from '../model/architecture.ts'
import { isTrained } from '../model/entries.ts'
import { readSafeTensors, writeSafeTensors, type SafeTensors } from '../model/weights/safetensors.ts'
import { checkpointShape, exportState, fromCheckpoint, importState, toCheckpoint, type State } from '../model/weights/state.ts'
import type { Evaluation } from './evaluation.ts'
import type { TrainingState } from './parameters.ts'

const FOLDER = 'checkpoints'
const FORMAT = 1

/** Where a run stands, besides its tensors. The schedule, the sampler and the random streams all follow from `step`. */
export interface Progress {
  format: typeof FORMAT
  run: string
  /** Steps done. */
  step: number
  /** One-based; `offset` of its batches are done, whose mean losses sum to `lossSum`. */
  epoch: number
  offset: number
  lossSum: number
  seed: number
  /** Of the labels and the split. */
  data: string
  best?: { epoch: number; step: number; auc: number | null }
  /** Of a step, over all ranks. */
  images?: number
  /** Of each process; a deterministic run goes on with as many. */
  threads?: { intra: number; inter: number }
  /** The convolutions are in bfloat16: a trial is not repeated. */
  bf16?: boolean
  /** Saved by a rank that saw another one go, before rank 0 had told of the epoch. */
  rescued?: boolean
  /** Of the epoch that ended with this step. */
  evaluation?: { summary: EpochSummary; validation: Evaluation }
  config: RunConfig
}

export interface Checkpoint {
  progress: Progress
  state: TrainingState
  /** The safetensors file. */
  path: string
}

const stem = (folder: string, step: number): string => join(folder, FOLDER, `step-${String(step).padStart(9, '0')}`)

/**
 * Writes the tensors, then the JSON that makes them a checkpoint; keeps this one and the best and removes the others before it.
 * @returns path of the safetensors file
 */
export async function saveCheckpoint(folder: string, net: Architecture, state: TrainingState, progress: Progress): Promise<string> {
  await mkdir(join(folder, FOLDER), { recursive: true })
  const file = stem(folder, progress.step)
  await writeSafeTensors(`${file}.safetensors`, withMoments(net, state, progress.step))
  await writeJson(`${file}.json`, progress)
  const kept = [progress.step, progress.best?.step]
  for (const step of await savedSteps(folder)) {
    // A later one is that of a rank which came further before another was lost.
    if (kept.includes(step) || step > progress.step) continue
    for (const extension of ['json', 'safetensors']) await rm(`${stem(folder, step)}.${extension}`, { force: true })
  }
  return `${file}.safetensors`
}

/** The newest checkpoint of the run; undefined when it ended before its first. */
export async function latestCheckpoint(folder: string, net: Architecture): Promise<Checkpoint | undefined> {
  const step = (await savedSteps(folder)).at(-1)
  return step === undefined ? undefined : loadCheckpoint(folder, net, step)
}

/** @throws CodedError CHECKPOINT_FORMAT, or what is wrong with its files */
export async function loadCheckpoint(folder: string, net: Architecture, step: number): Promise<Checkpoint> {
  const progress = await readProgress(folder, step)
  const path = `${stem(folder, step)}.safetensors`
  const tensors = await readSafeTensors(path)
  return { progress, path, state: { network: importState(net, tensors, path), m: moments(net, tensors, 'm', path), v: moments(net, tensors, 'v', path) } }
}

/** Where the newest checkpoint stands, without its tensors. */
export async function latestProgress(folder: string): Promise<Progress | undefined> {
  const step = (await savedSteps(folder)).at(-1)
  return step === undefined ? undefined : readProgress(folder, step)
}

/** Removes what a process was writing when it was killed; for when nobody writes. */
export async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(join(folder, FOLDER)).catch(() => [])
  for (const name of names.filter((name) => name.endsWith('.tmp'))) await rm(join(folder, FOLDER, name), { force: true })
}

async function readProgress(folder: string, step: number): Promise<Progress> {
  const file = `${stem(folder, step)}.json`
  const progress = JSON.parse(await readFile(file, 'utf8')) as Progress
  if (progress.format !== FORMAT) throw new CodedError('CHECKPOINT_FORMAT', `The checkpoint has format ${String(progress.format)}, not ${FORMAT}.`, { file })
  return progress
}

async function savedSteps(folder: string): Promise<number[]> {
  const names = await readdir(join(folder, FOLDER)).catch(() => [])
  return names.flatMap((name) => /^step-(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number).sort((a, b) => a - b)
}

const momentName = (kind: 'm' | 'v', name: string): string => `adam.${kind}.${name}`

function withMoments(net: Architecture, { network, m, v }: TrainingState, step: number): SafeTensors {
  const saved = exportState(net, network, step)
  for (const entry of net.entries.filter(isTrained)) {
    for (const [kind, values] of [['m', m], ['v', v]] as const) {
      const data = toCheckpoint(entry, values.get(entry.name)!)
      saved.tensors.set(momentName(kind, entry.name), { dtype: 'F32', shape: checkpointShape(entry), data })
    }
  }
  return saved
}

function moments(net: Architecture, { tensors }: SafeTensors, kind: 'm' | 'v', file: string): State {
  return new Map(
    net.entries.filter(isTrained).map((entry) => {
      const saved = tensors.get(momentName(kind, entry.name))
      if (saved?.dtype !== 'F32') throw new CodedError('WEIGHTS_MISMATCH', `The checkpoint has no Adam moments of ${entry.name}.`, { file })
      return [entry.name, fromCheckpoint(entry, saved.data)]
    }),
  )
}
