/**
 * What the coordinator and the trainer processes (ranks) say to each other, over the channel of the fork. A run is a folder:
 * what it was asked to do, its checkpoints and its log lie there, so that a message carries only what a rank cannot read.
 */
import type { TrainEvent } from '#shared/domain/run.ts'
import type { ErrorShape } from '#shared/errors.ts'

/** Coordinator to rank. */
export type ToTrainer =
  | { type: 'start'; assignment: Assignment }
  /** Finish the step in hand, save a checkpoint (rank 0), say `stopped` and exit. */
  | { type: 'stop'; reason: string }

export interface Assignment {
  run: string
  /** Folder of the run. */
  folder: string
  rank: number
  worldSize: number
  /** `host:port` of every rank, in rank order, for TensorFlow's collectives; absent for a single rank. */
  tasks?: string[]
  device: 'cpu' | { gpu: number }
  threads?: { intra: number; inter: number }
  /** Path of libtensorflow, when the user set one. */
  library?: string
  /** Continue from the last checkpoint in the folder: after a restart, and for `resume`. */
  resume: boolean
  /** A rank that does not join a reduction within it fails the step of all others. */
  collectiveTimeoutSeconds: number
}

/** Rank to coordinator. */
export type FromTrainer =
  /** The runtime is open and the collective server listens. */
  | { type: 'ready' }
  /** At least every `HEARTBEAT_MS` while alive, whatever else is said; it comes from a timer, so a busy event loop is seen too. */
  | { type: 'heartbeat' }
  /** After each step, with this rank's own loss and rate; the coordinator shows the mean loss and the summed rate. */
  | { type: 'step'; step: number; epoch: number; loss: number; lr: number; imagesPerSecond: number }
  /** Everything else that a run says; rank 0 speaks for all of them, but any rank may log. */
  | { type: 'event'; event: TrainEvent }
  /** Last word before exit 0. */
  | { type: 'finished'; outcome: 'done' | 'stopped' }
  /** Last word before exit 1. */
  | { type: 'failed'; error: ErrorShape }

export const HEARTBEAT_MS = 1000

const isMessage = (message: unknown): message is { type: string } =>
  typeof message === 'object' && message !== null && typeof (message as { type?: unknown }).type === 'string'

const FROM_TRAINER: ReadonlySet<string> = new Set<FromTrainer['type']>(['ready', 'heartbeat', 'step', 'event', 'finished', 'failed'])
const TO_TRAINER: ReadonlySet<string> = new Set<ToTrainer['type']>(['start', 'stop'])

/** Other libraries may use the channel too (a debugger, a source-map loader): what is not ours is undefined. */
export const asFromTrainer = (message: unknown): FromTrainer | undefined =>
  isMessage(message) && FROM_TRAINER.has(message.type) ? (message as FromTrainer) : undefined

export const asToTrainer = (message: unknown): ToTrainer | undefined =>
  isMessage(message) && TO_TRAINER.has(message.type) ? (message as ToTrainer) : undefined
