import { randomInt } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Experiment, ExperimentRow, ExperimentState, Provenance } from '#shared/domain/experiment.ts'
import { CodedError } from '#shared/errors.ts'
import { writeJson } from '#main/files/whole.ts'
import { isAlive } from '../alive.ts'
import type { RunRequest } from '../training/config.ts'

/** A row as it is kept: what its run is asked beyond the request of the table, and what came of it. */
export interface StoredRow extends Pick<ExperimentRow, 'key' | 'title' | 'run' | 'measured' | 'absent' | 'error'> {
  asked: Partial<RunRequest>
  /** Which derived data set it is trained on; absent: the one asked for. */
  films?: 'dicom' | 'jpeg'
}

export interface StoredExperiment extends Pick<Experiment, 'id' | 'table' | 'dataset' | 'datasetName' | 'createdAt' | 'endedAt'> {
  format: 1
  request: RunRequest
  share: number
  state: Exclude<ExperimentState, 'interrupted'>
  /** Process that works on it. */
  pid: number | null
  rows: StoredRow[]
  provenance: Provenance
  /** Data sets made for it, by kind of film, and how long their films take to read. */
  derived?: Record<'dicom' | 'jpeg', { dataset: string; minutesToRead: number }>
}

const FILE = 'experiment.json'

/** Experiments as folders: `experiment.json` is all that there is to know, so that a killed one goes on from what it says. */
export class ExperimentRecords {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  folder(id: string): string {
    return join(this.#folder, id)
  }

  /** Newest first; folders without a record that can be read are passed over. */
  list(): StoredExperiment[] {
    return this.#ids()
      .flatMap((id) => this.#read(id) ?? [])
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  }

  /** @throws NOT_FOUND */
  get(id: string): StoredExperiment {
    const found = /^[\w-]+$/.test(id) ? this.#read(id) : undefined
    if (!found) throw new CodedError('NOT_FOUND', `There is no experiment "${id}".`)
    return found
  }

  newId(): string {
    return `ex_${randomInt(2 ** 40).toString(36)}`
  }

  async write(experiment: StoredExperiment): Promise<void> {
    mkdirSync(this.folder(experiment.id), { recursive: true })
    await writeJson(join(this.folder(experiment.id), FILE), experiment)
  }

  remove(id: string): void {
    rmSync(this.folder(this.get(id).id), { recursive: true, force: true })
  }

  #ids(): string[] {
    try {
      return readdirSync(this.#folder)
    } catch {
      return []
    }
  }

  #read(id: string): StoredExperiment | undefined {
    try {
      const record = JSON.parse(readFileSync(join(this.#folder, id, FILE), 'utf8')) as StoredExperiment
      return record.format === 1 ? record : undefined
    } catch {
      return undefined
    }
  }
}

/** @param live whether this process works on it */
export function stateOf({ state, pid }: StoredExperiment, live: boolean): ExperimentState {
  if (state !== 'running' || live || (pid !== null && isAlive(pid))) return state
  return 'interrupted'
}
