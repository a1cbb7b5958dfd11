import type { ErrorShape } from '../errors.ts'

export const JOB_KINDS = ['import', 'pack', 'predict', 'evaluate', 'calibrate', 'export', 'samples', 'weights', 'lr-find', 'trial', 'send', 'retrieve', 'deidentify', 'subset', 'labels', 'quality'] as const
export type JobKind = (typeof JOB_KINDS)[number]
export type JobState = 'queued' | 'running' | 'cancelled' | 'failed' | 'finished' | 'interrupted'

/** Anything long. Import and pack jobs can be resumed after a cancel or a crash. */
export interface Job {
  id: string
  kind: JobKind
  title: string
  state: JobState
  done: number
  /** 0 while it is not known. */
  total: number
  /** Units a second, over the last seconds. */
  rate: number
  /** Seconds, null while unknown. */
  timeLeft: number | null
  startedAt: string
  endedAt: string | null
  /** What was made, e.g. the data set's id. */
  result: Record<string, string | number> | null
  error: ErrorShape | null
  skippedCount: number
  resumable: boolean
}

export interface SkippedFile {
  path: string
  code: string
  message: string
}
