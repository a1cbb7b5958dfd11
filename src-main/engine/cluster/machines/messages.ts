/**
 * What the machines of a run say to each other, as JSON over one WebSocket from each to the chief (machine 0), where the coordinator is. The
 * chief starts and ends the trainer processes of all machines and hears what they say as if they were its own; films and plan travel by
 * GET from the same port.
 */
import { z } from 'zod'
import type { DeviceSample } from '#shared/domain/run.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Assignment } from '../protocol.ts'
import type { RunPlan } from '../../plan.ts'

/** Of this file; machines of two numbers do not work together. */
export const PROTOCOL = 1
/** The path of the WebSocket, and that of the files. */
export const JOIN_PATH = '/join'
export const FILES_PATH = '/files/'
/** With which a machine that has joined asks for files. */
export const TOKEN_HEADER = 'x-xclassifier-token'
/** A machine that does not answer a ping within twice this time is lost. */
export const PING_MS = 5000

/** A file of the run that every machine needs. */
export interface SharedFile {
  /** `pack`, `labels`, `split`, `metadata`, `weights`, or the name of a file of a checkpoint. */
  name: string
  /** Where the chief has it: a machine that finds the same there, on a shared drive, need not fetch it. */
  path: string
  bytes: number
  /** See `fingerprint`. */
  fingerprint: string
}

export interface Hello {
  type: 'hello'
  protocol: number
  /** Of the program, and of libtensorflow where its folder tells. */
  version: string
  tensorflow: string | null
  index: number
  /** As TF_CONFIG has it there. */
  workers: string[]
  gpus: number
  /** What the same `train` command asked for there; undefined for `worker`, which takes what comes. */
  request?: Record<string, unknown> | undefined
}

/** Machine to chief. */
export type FromMachine =
  | Hello
  | { type: 'ready' }
  | { type: 'failed'; error: ErrorShape }
  | { type: 'say'; message: string }
  | { type: 'devices'; samples: DeviceSample[] }
  | { type: 'message'; process: number; message: unknown }
  | { type: 'output'; process: number; line: string }
  | { type: 'exited'; process: number; code: number | null; signal: string | null }

/** Chief to machine. */
export type ToMachine =
  | { type: 'welcome'; run: string; token: string }
  | { type: 'refused'; error: ErrorShape }
  | { type: 'prepare'; plan: RunPlan; files: SharedFile[] }
  /** `rank` is that of the run, `device` that of the machine. */
  | { type: 'fork'; process: number; rank: number; device: number; ranks: number; args: string[] }
  | { type: 'send'; process: number; message: unknown }
  | { type: 'kill'; process: number }
  | { type: 'over'; outcome: 'done' | 'stopped' | 'failed'; error?: ErrorShape | undefined }

export interface StartMessage {
  type: 'start'
  assignment: Assignment
}

export const isStart = (message: unknown): message is StartMessage => (message as { type?: unknown } | null)?.type === 'start'

const error = z.looseObject({ code: z.string(), message: z.string() })
const id = z.int().min(0)

const fromMachine = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'), protocol: z.int(), version: z.string(), tensorflow: z.string().nullable(), index: z.int().min(0),
    workers: z.array(z.string()), gpus: z.int().min(0), request: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('failed'), error }),
  z.object({ type: z.literal('say'), message: z.string() }),
  z.object({ type: z.literal('devices'), samples: z.array(z.looseObject({ rank: z.int() })) }),
  z.object({ type: z.literal('message'), process: id, message: z.unknown() }),
  z.object({ type: z.literal('output'), process: id, line: z.string() }),
  z.object({ type: z.literal('exited'), process: id, code: z.number().nullable(), signal: z.string().nullable() }),
])

const file = z.object({ name: z.string().regex(/^[\w.-]+$/), path: z.string(), bytes: z.number().min(0), fingerprint: z.string().regex(/^[0-9a-f]{64}$/) })

const toMachine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), run: z.string().regex(/^[\w-]+$/), token: z.string() }),
  z.object({ type: z.literal('refused'), error }),
  z.object({ type: z.literal('prepare'), plan: z.looseObject({ run: z.string() }), files: z.array(file) }),
  z.object({ type: z.literal('fork'), process: id, rank: id, device: id, ranks: z.int().min(1), args: z.array(z.string()) }),
  z.object({ type: z.literal('send'), process: id, message: z.unknown() }),
  z.object({ type: z.literal('kill'), process: id }),
  z.object({ type: z.literal('over'), outcome: z.enum(['done', 'stopped', 'failed']), error: error.optional() }),
])

/** A message of another machine; undefined for what is none. */
export const asFromMachine = (data: string): FromMachine | undefined => parsed(fromMachine, data) as FromMachine | undefined
export const asToMachine = (data: string): ToMachine | undefined => parsed(toMachine, data) as ToMachine | undefined

function parsed(schema: z.ZodType, data: string): unknown {
  try {
    const { success, data: message } = schema.safeParse(JSON.parse(data))
    return success ? message : undefined
  } catch {
    return undefined
  }
}
