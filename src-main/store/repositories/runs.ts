import type { RunRow } from '#shared/contracts/training.ts'
import type { RunLabels } from '#shared/domain/labelEdits.ts'
import type { RunConfig, RunState } from '#shared/domain/run.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Db } from '../connection.ts'
import { keyOf, newKey, requireKey, toId, unknown } from '../ids.ts'

/** A run for the main process. */
export interface StoredRun extends RunRow {
  key: number
  /** Id, null when the split is gone. */
  split: string | null
  /** Process that looks after it. */
  pid: number | null
}

/** What changes while a run runs; what is left out stays. */
export interface RunChange {
  name?: string
  state?: RunState
  reason?: ErrorShape | null
  pid?: number | null
  config?: RunConfig
  split?: string
  labels?: RunLabels
  epoch?: number
  step?: number
  totalSteps?: number
  imagesPerSecond?: number
  timeLeft?: number | null
  best?: { epoch: number; auc: number | null } | null
  notes?: string
  endedAt?: string | null
}

interface Row {
  key: number
  name: string
  dataset: number | null
  dataset_name: string
  split: number | null
  state: RunState
  reason: string | null
  config: string
  pid: number | null
  epoch: number
  step: number
  total_steps: number
  images_per_second: number
  time_left: number | null
  best_epoch: number | null
  best_auc: number | null
  notes: string
  labels: string | null
  created_at: string
  ended_at: string | null
  model: number | null
}

const SELECT = 'SELECT r.*, (SELECT max(key) FROM models WHERE run = r.key) AS model FROM runs r'

export class RunsRepository {
  readonly #db
  readonly #insert
  readonly #byKey
  readonly #byName
  readonly #list
  readonly #remove

  constructor(db: Db) {
    this.#db = db
    this.#insert = db.prepare("INSERT INTO runs (key, name, dataset, dataset_name, split, state, config, created_at) VALUES (?, ?, ?, ?, ?, 'queued', ?, ?)")
    this.#byKey = db.prepare<[number], Row>(`${SELECT} WHERE r.key = ?`)
    this.#byName = db.prepare<[string], Row>(`${SELECT} WHERE r.name = ? ORDER BY r.created_at DESC LIMIT 1`)
    this.#list = db.prepare<[], Row>(`${SELECT} ORDER BY r.created_at DESC, r.key`)
    this.#remove = db.prepare('DELETE FROM runs WHERE key = ?')
  }

  create(run: { name: string; dataset: string; datasetName: string; split: string | null; config: RunConfig }): StoredRun {
    const key = newKey()
    const split = run.split === null ? null : requireKey('sp', run.split)
    this.#insert.run(key, run.name, requireKey('ds', run.dataset), run.datasetName, split, JSON.stringify(run.config), new Date().toISOString())
    return this.get(toId('run', key))
  }

  /** @param id or name (the newest of that name). @throws NOT_FOUND */
  get(id: string): StoredRun {
    const key = keyOf('run', id)
    const row = (key === null ? undefined : this.#byKey.get(key)) ?? this.#byName.get(id)
    return row ? toRun(row) : unknown('run', id)
  }

  /** Newest first. */
  list(): StoredRun[] {
    return this.#list.all().map(toRun)
  }

  update(id: string, change: RunChange): StoredRun {
    const columns = Object.entries(toColumns(change))
    if (columns.length) {
      this.#db
        .prepare(`UPDATE runs SET ${columns.map(([name]) => `${name} = ?`).join(', ')} WHERE key = ?`)
        .run(...columns.map(([, value]) => value), requireKey('run', id))
    }
    return this.get(id)
  }

  /** With its epochs, samples, log and checkpoints; the files are the caller's. */
  remove(id: string): boolean {
    return this.#remove.run(requireKey('run', id)).changes > 0
  }
}

function toColumns(change: RunChange): Record<string, string | number | null> {
  const { name, state, reason, pid, config, split, labels, epoch, step, totalSteps, imagesPerSecond, timeLeft, best, notes, endedAt } = change
  const all = {
    name,
    state,
    reason: reason && JSON.stringify(reason),
    pid,
    config: config && JSON.stringify(config),
    split: split === undefined ? undefined : requireKey('sp', split),
    labels: labels && JSON.stringify(labels),
    epoch,
    step,
    total_steps: totalSteps,
    images_per_second: imagesPerSecond,
    time_left: timeLeft,
    best_epoch: best === null ? null : best?.epoch,
    best_auc: best === null ? null : best?.auc,
    notes,
    ended_at: endedAt,
  }
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string | number | null] => entry[1] !== undefined))
}

function toRun(row: Row): StoredRun {
  return {
    key: row.key,
    split: row.split === null ? null : toId('sp', row.split),
    pid: row.pid,
    id: toId('run', row.key),
    name: row.name,
    dataset: row.dataset === null ? '' : toId('ds', row.dataset),
    datasetName: row.dataset_name,
    state: row.state,
    reason: row.reason ? (JSON.parse(row.reason) as ErrorShape) : null,
    config: JSON.parse(row.config) as RunConfig,
    epoch: row.epoch,
    step: row.step,
    totalSteps: row.total_steps,
    imagesPerSecond: row.images_per_second,
    timeLeft: row.time_left,
    best: row.best_epoch === null ? null : { epoch: row.best_epoch, auc: row.best_auc },
    model: row.model === null ? null : toId('mo', row.model),
    notes: row.notes,
    labels: row.labels === null ? null : (JSON.parse(row.labels) as RunLabels),
    createdAt: row.created_at,
    endedAt: row.ended_at,
  }
}

/** What a page may see. */
export function publicRun({ key: _key, split: _split, pid: _pid, ...run }: StoredRun): RunRow {
  return run
}
