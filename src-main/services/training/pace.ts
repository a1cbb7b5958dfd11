import type { RunCheck } from '#shared/contracts/training.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredRun } from '#main/store/repositories/runs.ts'
import type { TrialResult } from './trials.ts'

/** Readings of a run that are looked at for its memory. */
const READINGS = 2000

/** How a run like one that is asked for went: its speed, and its greatest memory of one process where batch and precision are the same. */
export interface Precedent {
  speed: NonNullable<RunCheck['speed']>
  /** Bytes; null where nobody measured. */
  memory: number | null
}

type Asked = Pick<RunConfig, 'model' | 'head' | 'size' | 'device' | 'workers' | 'batch' | 'precision'>

/** The newest run or trial of the same network, size and device; one with the same processes, batch and precision comes first. */
export function precedentOf(store: Store, asked: Asked): Precedent | null {
  const candidates = [...runsLike(store, asked), ...trialsLike(store, asked)].sort((a, b) => b.likeness - a.likeness || b.at.localeCompare(a.at))
  return candidates[0]?.precedent() ?? null
}

interface Candidate {
  /** How many of processes, batch and precision are the same. */
  likeness: number
  at: string
  precedent(): Precedent
}

const likeness = (asked: Asked, other: Pick<RunConfig, 'workers' | 'batch'> & { precision?: string }): number =>
  4 * Number(other.workers === asked.workers) + 2 * Number(other.batch === asked.batch) + Number(samePrecision(asked, other))

const samePrecision = (asked: Asked, other: { precision?: string }): boolean => (other.precision ?? 'fp32') === (asked.precision ?? 'fp32')
/** Whether a process of the one has as much in memory as one of the other. */
const takesAsMuch = (asked: Asked, other: { batch: number; precision?: string }): boolean => other.batch === asked.batch && samePrecision(asked, other)

function runsLike(store: Store, asked: Asked): Candidate[] {
  const like = store.runs.list().filter(({ config, imagesPerSecond }) => imagesPerSecond > 0 && config.model === asked.model && config.size === asked.size && config.device === asked.device && !config.cluster)
  return like.map((run) => ({
    likeness: likeness(asked, run.config),
    at: run.createdAt,
    precedent: () => ({
      speed: { imagesPerSecond: speedOf(store, run), run: { id: run.id, name: run.name }, batch: run.config.batch, workers: run.config.workers },
      memory: takesAsMuch(asked, run.config) ? memoryOf(store, run.id) : null,
    }),
  }))
}

function trialsLike(store: Store, asked: Asked): Candidate[] {
  return store.jobs.list().flatMap(({ kind, state, result, endedAt }) => {
    const told = result as TrialResult | null
    if (kind !== 'trial' || state !== 'finished' || !told?.imagesPerSecond || told.model !== asked.model || told.size !== asked.size || told.device !== asked.device) return []
    const { imagesPerSecond, batch, workers, memoryBytes } = told
    return { likeness: likeness(asked, { ...told }), at: endedAt ?? '', precedent: () => ({ speed: { imagesPerSecond, run: null, batch, workers }, memory: takesAsMuch(asked, told) && memoryBytes > 0 ? memoryBytes : null }) }
  })
}

/** Training images of an epoch by the time that the epoch took with its validation; the middle one of the epochs. Without an epoch: the rate of its last steps. */
function speedOf(store: Store, { id, config, totalSteps, imagesPerSecond }: StoredRun): number {
  const epochs = store.telemetry.epochs(id)
  const steps = totalSteps / Math.max(1, plannedEpochs(config))
  const images = steps * config.batch * config.workers * (config.accumulate ?? 1)
  const rates = epochs.flatMap(({ seconds }) => (seconds > 0 && images > 0 ? [images / seconds] : [])).sort((a, b) => a - b)
  return rates[Math.floor(rates.length / 2)] ?? imagesPerSecond
}

/** Fine-tuning has its first stage besides; from random weights `as-described` has one stage only. */
function plannedEpochs({ epochs, preset, init, freezeEpochs = 1 }: RunConfig): number {
  return epochs + (preset === 'as-released' || init !== 'random' ? freezeEpochs : 0)
}

function memoryOf(store: Store, run: string): number | null {
  let most = 0
  for (const { samples } of store.telemetry.devices(run, READINGS)) for (const { memoryUsed } of samples) most = Math.max(most, memoryUsed)
  return most || null
}
