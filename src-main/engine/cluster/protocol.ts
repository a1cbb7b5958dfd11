/**
 * What the coordinator and the trainer processes (ranks) say to each other, over the channel of the fork. A run is a folder:
 * what it was asked to do, its checkpoints and its log lie there, so that a message carries only what a rank cannot read.
 *
 * Who speaks: rank 0 sends the events `started`, `epoch`, `checkpoint`, `stopped` and `done`; any rank may `log`,
 * and tell of the `checkpoint` that it saved when another was lost; the coordinator adds `step` (mean loss, summed rate), `device`, `restart` and `error`.
 */
import type { TrainEvent } from '#shared/domain/run.ts'
import type { ErrorShape } from '#shared/errors.ts'

/** Coordinator to rank. */
export type ToTrainer =
  | { type: 'start'; assignment: Assignment }
  /**
   * Finish the step in hand, save a checkpoint (rank 0), say `finished` and exit. Ranks may hear it in different steps:
   * they agree on the step by reducing the wish over ranks within the step, else one would wait for a rank that has left.
   */
  | { type: 'stop'; reason: string }
  /** Another rank is gone: give up the step in hand, save what was learned before it, say `failed` and exit. */
  | { type: 'abort'; reason: string }

export interface Assignment {
  run: string
  /** Folder of the run. */
  folder: string
  rank: number
  worldSize: number
  /** `host:port` of every rank, in rank order, for TensorFlow's collectives; absent for a single rank. */
  tasks?: string[]
  /** Address of the rank's machine at which its server listens; default loopback. */
  listen?: string
  device: 'cpu' | { gpu: number }
  threads: { intra: number; inter: number }
  /** Path of libtensorflow, when the user set one. */
  library?: string
  /** Continue from the last checkpoint in the folder, if there is one: after a restart, and for `resume`. */
  resume: boolean
  /** A rank that does not join a reduction within it fails the step of all others. */
  collectiveTimeoutSeconds: number
}

/** Rank to coordinator. */
export type FromTrainer =
  /** Every `HEARTBEAT_MS` from a timer, so that a frozen process and a busy event loop are seen; with what the process has used. */
  | { type: 'heartbeat'; cpuSeconds: number; memoryBytes: number }
  /** After each step, with this rank's own loss and rate; the coordinator shows the mean loss and the summed rate. */
  | ({ type: 'step' } & RankStep)
  | { type: 'event'; event: TrainEvent }
  /** Last word before exit 0. */
  | { type: 'finished'; outcome: Outcome }
  /** Last word before exit 1. */
  | { type: 'failed'; error: ErrorShape }

/** Codes by which a healthy rank reports that another one is gone. */
export const PEER_LOST: ReadonlySet<string> = new Set(['COLLECTIVE_UNAVAILABLE', 'COLLECTIVE_TIMEOUT', 'OP_CANCELLED'])

export interface RankStep {
  step: number
  epoch: number
  loss: number
  lr: number
  imagesPerSecond: number
}

export type Outcome = 'done' | 'stopped'

export const HEARTBEAT_MS = 1000

const isMessage = (message: unknown): message is { type: string } =>
  typeof message === 'object' && message !== null && typeof (message as { type?: unknown }).type === 'string'

const FROM_TRAINER: ReadonlySet<string> = new Set<FromTrainer['type']>(['heartbeat', 'step', 'event', 'finished', 'failed'])
const TO_TRAINER: ReadonlySet<string> = new Set<ToTrainer['type']>(['start', 'stop', 'abort'])

/** Other libraries may use the channel too (a debugger, a source-map loader): what is not ours is undefined. */
export const asFromTrainer = (message: unknown): FromTrainer | undefined =>
  isMessage(message) && FROM_TRAINER.has(message.type) ? (message as FromTrainer) : undefined

export const asToTrainer = (message: unknown): ToTrainer | undefined =>
  isMessage(message) && TO_TRAINER.has(message.type) ? (message as ToTrainer) : undefined
