import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { RunRow } from '#shared/contracts/training.ts'
import type { Job } from '#shared/domain/job.ts'
import type { ModelRow } from '#shared/domain/prediction.ts'
import type { RunState } from '#shared/domain/run.ts'
import type { StudyRow } from '#shared/domain/study.ts'
import { writeTestModel } from '#main/services/models/testing.ts'
import type { App } from './host.ts'

/** A busy machine trains slowly; tests have a limit of their own. */
const PATIENCE_MS = 900_000

/** Asks until there is an answer. */
export async function until<T>(what: string, ask: () => Promise<T | null | undefined | false>, patience = PATIENCE_MS): Promise<T> {
  const end = Date.now() + patience
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`waited ${patience / 1000} s for ${what}`)
    await setTimeout(100)
  }
}

const over = ({ state }: Job): boolean => state !== 'queued' && state !== 'running'

/** The studies of a new library, once it has filled itself. */
export async function samples({ rpc }: App): Promise<StudyRow[]> {
  await until('the samples', async () => (await rpc.call('jobs.list', {})).find((job) => job.kind === 'samples' && over(job)))
  return studies({ rpc })
}

export const studies = async ({ rpc }: Pick<App, 'rpc'>): Promise<StudyRow[]> => (await rpc.call('studies.list', { origin: 'library' })).rows

/** Import and wait for the end. */
export async function importNow({ rpc }: App, paths: string[]): Promise<Job> {
  const { job } = await rpc.call('import.start', { paths })
  return until('the import', async () => {
    const row = await rpc.call('jobs.get', { job })
    return over(row) && row
  })
}

/** A real network with random weights, as a model of the library: predicting needs one, and not a good one. */
export async function importModel({ rpc, folder }: App, name = 'Random weights'): Promise<ModelRow> {
  return rpc.call('models.import', { path: await writeTestModel(join(folder, 'model')), name })
}

/** Waits until a run is in a state. */
export function runIn({ rpc }: App, run: string, state: RunState, more: (row: RunRow) => boolean = () => true): Promise<RunRow> {
  return until(`the run to be ${state}`, async () => {
    const row = await rpc.call('runs.get', { run })
    if (row.state === 'failed' && state !== 'failed') throw new Error(`the run failed: ${row.reason?.message}`)
    return row.state === state && more(row) && row
  })
}
