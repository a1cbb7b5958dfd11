import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrainEvent } from '#shared/domain/run.ts'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import { startCluster } from '#main/engine/cluster/coordinator.ts'
import { RateCurve, suggestRate, type RatePoint } from '#main/engine/training/rates.ts'
import { resolveConfig } from './config.ts'
import type { RunRequest } from './config.ts'
import { describeMachine, imagenetPlace, imagenetWeights } from './machine.ts'
import type { TrainingParts } from './training.ts'

export interface FoundRate {
  /** Smoothed losses by rate. */
  curve: RatePoint[]
  /** Null where the curve is too short to say. */
  suggestion: number | null
}

/**
 * Sweep the rate for a run that is asked for, in a folder of its own that goes afterwards.
 * @param signal ends the sweep; its processes go at once
 * @throws what `TrainingService.start` throws, STOPPED, or why the processes failed
 */
export async function findRate(parts: TrainingParts, request: RunRequest, record: (event: TrainEvent) => void, signal: AbortSignal): Promise<FoundRate> {
  const { store, folders, settings, preparation, host } = parts
  const dataset = store.datasets.get(request.dataset)
  const asked = resolveConfig({ ...request, dataset: dataset.id }, await describeMachine(folders, settings), imagenetWeights(request.model, folders, settings), imagenetPlace(request.model, folders))
  const { split, config } = preparation.split(dataset, asked)
  const run = `lr-find-${randomUUID()}`
  const folder = join(folders.runs, run)
  const curve = new RateCurve()
  try {
    await preparation.write({ run, config, split: split.id, findRate: true }, folder, record, signal)
    signal.throwIfAborted()
    const library = settings.get().libtensorflowPath
    const request = { run, folder, workers: config.workers, device: config.device, maxRestarts: 0, resume: false, ...(library && { library }) }
    const cluster = startCluster(request, host.fork, (event) => {
      if (event.event === 'step') curve.add(event.lr, event.loss)
      record(event)
    })
    const kill = (): void => cluster.kill('The program was asked to stop.')
    signal.addEventListener('abort', kill, { once: true })
    const end = await cluster.ended
    signal.removeEventListener('abort', kill)
    if (end.outcome === 'failed') throw fromErrorShape(end.error)
    if (end.outcome === 'stopped') throw new CodedError('STOPPED', end.reason)
    return { curve: curve.points, suggestion: suggestRate(curve.points) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
