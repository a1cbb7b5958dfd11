import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunConfig, TrainEvent } from '#shared/domain/run.ts'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import { startCluster } from '#main/engine/cluster/coordinator.ts'
import { RateCurve, suggestRate, type RatePoint } from '#main/engine/training/rates.ts'
import type { RunRequest } from './config.ts'
import { planRun } from './planning.ts'
import type { TrainingParts } from './training.ts'

export interface FoundRate {
  /** Smoothed losses by rate. */
  curve: RatePoint[]
  /** Null where the curve is too short to say. */
  suggestion: number | null
}

export type StepEvent = Extract<TrainEvent, { event: 'step' }>

/** Who follows a sweep. */
export interface SweepWatch {
  record(event: TrainEvent): void
  /** After each step, with the curve so far; true: that is enough, the sweep may end. */
  step?(event: StepEvent, points: readonly RatePoint[]): boolean
}

/**
 * Sweep the rate for a run that is asked for, on this machine, in a folder of its own that goes afterwards.
 * @param signal ends the sweep; its processes go at once
 * @throws what `TrainingService.start` throws, STOPPED, or why the processes failed
 */
export async function findRate(parts: TrainingParts, request: RunRequest, watch: SweepWatch, signal: AbortSignal): Promise<FoundRate & { config: RunConfig }> {
  const { split, config } = await planRun(parts, { ...request, cluster: undefined })
  const run = `lr-find-${randomUUID()}`
  const folder = join(parts.folders.runs, run)
  try {
    await parts.preparation.write({ run, config, split: split.id, findRate: true }, folder, (event) => watch.record(event), signal)
    signal.throwIfAborted()
    const curve = await sweep(parts, { run, folder, config }, watch, signal)
    return { curve, suggestion: suggestRate(curve), config }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function sweep({ host, settings }: TrainingParts, { run, folder, config }: { run: string; folder: string; config: RunConfig }, watch: SweepWatch, signal: AbortSignal): Promise<RatePoint[]> {
  const curve = new RateCurve()
  let enough = false
  const library = settings.get().libtensorflowPath
  const request = { run, folder, workers: config.workers, device: config.device, maxRestarts: 0, resume: false, ...(library && { library }) }
  const cluster = startCluster(request, host.fork, (event) => {
    watch.record(event)
    if (event.event !== 'step' || enough) return
    curve.add(event.lr, event.loss)
    if (!watch.step?.(event, curve.points)) return
    enough = true
    cluster.kill('Enough steps were made.')
  })
  const kill = (): void => cluster.kill('The program was asked to stop.')
  signal.addEventListener('abort', kill, { once: true })
  const end = await cluster.ended
  signal.removeEventListener('abort', kill)
  if (enough) return curve.points
  if (end.outcome === 'failed') throw fromErrorShape(end.error)
  if (end.outcome === 'stopped') throw new CodedError('STOPPED', end.reason)
  return curve.points
}
