/** Runs of watched trainers, some of them disturbed. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { childFork } from '#main/host/childFork.ts'
import type { TrainEvent } from '#shared/domain/run.ts'
import { startCluster, type ClusterRun, type RunEnd } from '../../cluster/coordinator.ts'
import type { ClusterRequest } from '../../cluster/plan.ts'
import type { Seen } from './trainer.ts'

export interface Ran {
  folder: string
  end: RunEnd
  events: TrainEvent[]
  /** Every process that ever was, in order. */
  pids: number[]
}

export interface Live {
  cluster: ClusterRun
  events: TrainEvent[]
  /** Of the processes of the present attempt, by rank. */
  pids(): number[]
}

/** Trains the plan of a folder to its end; `on` hears each event. */
export async function watchedRun(folder: string, request: Partial<ClusterRequest> & { workers: number }, on: (event: TrainEvent, live: Live) => void = () => undefined): Promise<Ran> {
  const events: TrainEvent[] = []
  const pids: number[] = []
  const fork = childFork(import.meta.dirname)
  const live = { events, pids: () => pids.slice(-request.workers) } as Live
  live.cluster = startCluster({ run: 'watched', folder, device: 'cpu', threads: { intra: 1, inter: 1 }, ...request }, (...call) => {
    const child = fork(...call)
    pids.push(child.pid!)
    return child
  }, (event) => {
    events.push(event)
    on(event, live)
  })
  return { folder, end: await live.cluster.ended, events, pids }
}

export const stepsOf = ({ events }: Pick<Ran, 'events'>): number[] => events.flatMap((event) => (event.event === 'step' ? [event.step] : []))

/** Figures of each epoch that do not depend on the clock; an epoch that was told twice must have been told alike. */
export function epochsOf({ events }: Pick<Ran, 'events'>): object[] {
  const epochs = new Map<number, object>()
  for (const event of events) {
    if (event.event !== 'epoch') continue
    const figures = { ...event, seconds: 0, imagesPerSecond: 0 }
    if (epochs.has(event.epoch)) assert.deepEqual(figures, epochs.get(event.epoch))
    epochs.set(event.epoch, figures)
  }
  return [...epochs.values()]
}

export const modelHash = ({ folder }: Pick<Ran, 'folder'>): string => createHash('sha256').update(readFileSync(join(folder, 'model/model.safetensors'))).digest('hex')

function seen(folder: string, rank: number): Seen[] {
  const file = join(folder, `seen-${rank}.jsonl`)
  if (!existsSync(file)) return []
  // A rank that was killed may have left half a line.
  return readFileSync(file, 'utf8').split('\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as Seen)
}

/** Last digest of each rank. */
export function lastDigests(folder: string, ranks: number): string[] {
  return Array.from({ length: ranks }, (_, rank) => seen(folder, rank).flatMap((line) => ('digest' in line ? [line.digest] : [])).at(-1)!)
}

/** Films of each epoch in ascending order, over all ranks; a step that was made anew must have been made of the same films. */
export function filmsOf(folder: string, ranks: number): number[][] {
  const steps = new Map<string, number[]>()
  const epochs = new Map<number, number[]>()
  for (let rank = 0; rank < ranks; rank++) {
    for (const line of seen(folder, rank)) {
      if ('digest' in line) continue
      const key = `${rank} ${line.epoch} ${line.offset}`
      const before = steps.get(key)
      if (before) assert.deepEqual(line.rows, before, `rank, epoch and offset ${key}`)
      else epochs.set(line.epoch, [...(epochs.get(line.epoch) ?? []), ...line.rows])
      steps.set(key, line.rows)
    }
  }
  return [...epochs.keys()].sort((a, b) => a - b).map((epoch) => epochs.get(epoch)!.sort((a, b) => a - b))
}

/** Processes of the list that are there. */
export const alive = (pids: readonly number[]): number[] =>
  pids.filter((pid) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  })
