import { existsSync, statSync } from 'node:fs'
import { mkdir, statfs } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'
import type { MachineDevices, RunCheck } from '#shared/contracts/training.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import { beside, packPath } from '../datasets/packFile.ts'
import { resolveConfig } from './config.ts'
import type { RunRequest } from './config.ts'
import { describeMachine, imagenetPlace } from './machine.ts'
import { checkpointBytes, memoryBytes } from './needs.ts'
import { precedentOf } from './pace.ts'
import type { TrainingParts } from './training.ts'

/** What a run that is asked for would take of disk, memory and time. @throws NOT_FOUND, NO_GPU */
export async function checkRun(parts: TrainingParts, request: RunRequest): Promise<RunCheck> {
  const { store, folders, settings } = parts
  const dataset = store.datasets.get(request.dataset)
  const machine = await describeMachine(folders, settings)
  // Where the weights come from changes none of it.
  const config = resolveConfig({ ...request, dataset: dataset.id, init: 'random' }, machine, null, imagenetPlace(request.model, folders))
  return checkNeeds(parts, dataset, config, machine)
}

export async function checkNeeds(parts: TrainingParts, dataset: StoredDataset, config: RunConfig, machine: MachineDevices): Promise<RunCheck> {
  const own = config.workers / (config.cluster?.workers.length ?? 1)
  const precedent = precedentOf(parts.store, config)
  const disk = { pack: packBytes(parts.folders.packs, dataset, config.size), checkpoints: checkpointBytes(config), free: await freeBytes(parts.folders.data) }
  const one = precedent?.memory ?? memoryBytes(config)
  const measured = precedent?.memory != null
  const memory =
    config.device === 'gpu'
      ? { needed: one, total: Math.min(...machine.gpus.map(({ memoryTotal }) => memoryTotal)), available: null, measured }
      : { needed: one * own, total: totalmem(), available: freemem(), measured }
  const check: RunCheck = { disk, memory, speed: precedent?.speed ?? null, problem: null }
  return { ...check, problem: problemOf(check) }
}

/** @throws DISK_FULL, MEMORY_SHORT */
export function refuseImpossible({ problem }: RunCheck): void {
  if (problem) throw new CodedError(problem.code, problem.message, problem)
}

/** How far off a reckoning of the memory may be before the run is refused: it is within a factor of two of what was measured. */
const DOUBT = 2

function problemOf({ disk, memory }: RunCheck): RunCheck['problem'] {
  if (disk.pack + disk.checkpoints > disk.free) {
    const message = `The run would write ${gigabytes(disk.pack + disk.checkpoints)} (films ${gigabytes(disk.pack)}, checkpoints ${gigabytes(disk.checkpoints)}); the disk of the library has ${gigabytes(disk.free)} left.`
    return toErrorShape(new CodedError('DISK_FULL', message, { remedy: 'Make room, or choose a smaller input.' }))
  }
  if (memory.needed > memory.total * (memory.measured ? 1 : DOUBT)) {
    const message = `The run needs about ${gigabytes(memory.needed)} of memory; there are ${gigabytes(memory.total)} in all.`
    return toErrorShape(new CodedError('MEMORY_SHORT', message, { remedy: 'Choose a smaller batch (with as many more batches accumulated for one step), a smaller input or fewer processes.' }))
  }
  return null
}

/** Bytes of the pack that are not on disk yet: a byte for each pixel of each film. */
function packBytes(folder: string, { id, images }: StoredDataset, size: number): number {
  const file = packPath(folder, id, size)
  if (existsSync(file)) return 0
  const { part } = beside(file)
  const done = existsSync(part) ? statSync(part).size : 0
  return Math.max(0, images * size * size - done)
}

async function freeBytes(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

const gigabytes = (bytes: number): string => (bytes < 1e8 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`)
