import type { Job } from '../domain/job.ts'
import type { ReceivingState } from '../domain/network.ts'
import type { TrainEvent } from '../domain/run.ts'
import type { RunRow } from './training.ts'

/** What the main process tells every page, by name. */
export interface Events {
  /** A job began, advanced (at most 5 times a second) or ended. */
  job: Job
  /** The state, counters or end of a run changed. */
  run: RunRow
  /** Live stream of one run: steps, epochs, device samples, log lines. */
  train: { run: string; event: TrainEvent }
  /** Listening began or ended, films came in, an association was refused. */
  receiving: ReceivingState
  /** Rows of these kinds changed; pages that show them ask again. */
  changed: { what: ('studies' | 'datasets' | 'models' | 'predictions' | 'reports' | 'annotations' | 'settings' | 'experiments')[] }
}

export type EventName = keyof Events
