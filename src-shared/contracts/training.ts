import { z } from 'zod'
import { request } from './define.ts'
import { HEADS, MODEL_NAMES, POS_WEIGHTS, PRECISIONS, PRESETS } from '../domain/run.ts'
import type { DeviceSample, EpochSummary, RunConfig, RunState } from '../domain/run.ts'
import type { ErrorShape } from '../errors.ts'
import { policySchema } from './datasets.ts'

const id = z.string().min(1).max(80)

/** What the new-run form and `xclassifier train` send; what is left out takes the default of the machine. */
export const runInput = z.object({
  dataset: id,
  name: z.string().max(120).optional(),
  split: z.enum(['patient', 'image', 'file']).default('patient'),
  splitSeed: z.number().int().min(0).default(42),
  ratios: z.tuple([z.number(), z.number(), z.number()]).default([80, 10, 10]),
  policy: policySchema.default({ uncertain: 'zeros', blank: 'zeros', dropWithoutPositive: true }),
  model: z.enum(MODEL_NAMES).default('densenetblur121d'),
  head: z.enum(HEADS).default('linear'),
  preset: z.enum(PRESETS).default('as-described'),
  epochs: z.number().int().min(1).max(1000).default(30),
  batch: z.number().int().min(1).max(4096).optional(),
  workers: z.number().int().min(1).max(64).optional(),
  device: z.enum(['auto', 'cpu', 'gpu']).default('auto'),
  size: z.number().int().min(32).max(1024).multipleOf(32).default(224),
  lr: z.number().positive().max(10).default(1e-3),
  seed: z.number().int().min(0).max(2 ** 31 - 1).default(42),
  /** `imagenet`, `random`, or a path; left out: imagenet where those weights are installed, else an error that names the choices. */
  init: z.string().max(4096).optional(),
  augment: z.enum(['paper', 'none']).default('paper'),
  maxRestarts: z.number().int().min(0).max(100).default(3),
  allowLeakage: z.string().max(500).optional(),
  patience: z.number().int().min(1).max(1000).optional(),
  clipNorm: z.number().positive().max(1e6).optional(),
  labelSmoothing: z.number().min(0).max(0.5).optional(),
  posWeight: z.enum(POS_WEIGHTS).optional(),
  accumulate: z.number().int().min(1).max(1024).optional(),
  precision: z.enum(PRECISIONS).optional(),
})

export interface RunRow {
  id: string
  name: string
  dataset: string
  datasetName: string
  state: RunState
  /** Why it ended, null while it runs. */
  reason: ErrorShape | null
  config: RunConfig
  epoch: number
  step: number
  totalSteps: number
  imagesPerSecond: number
  /** Seconds, null while unknown. */
  timeLeft: number | null
  best: { epoch: number; auc: number | null } | null
  model: string | null
  createdAt: string
  endedAt: string | null
}

export interface StepSample {
  step: number
  epoch: number
  loss: number
  lr: number
  imagesPerSecond: number
}

export interface LogLine {
  at: string
  level: 'info' | 'warn' | 'error'
  message: string
  rank: number | null
}

export interface MachineDevices {
  cpu: { model: string; cores: number; memoryTotal: number }
  gpus: { index: number; name: string; memoryTotal: number }[]
  imagenetInstalled: boolean
  defaults: { device: 'cpu' | 'gpu'; workers: number; batch: number }
}

export const trainingContract = {
  'runs.list': request<RunRow[]>()(z.object({})),
  'runs.get': request<RunRow>()(z.object({ run: id })),
  'runs.epochs': request<EpochSummary[]>()(z.object({ run: id })),
  /** At most `limit` samples, thinned evenly over the run. */
  'runs.steps': request<StepSample[]>()(z.object({ run: id, limit: z.number().int().min(10).max(10_000).default(2000) })),
  'runs.log': request<LogLine[]>()(z.object({ run: id, limit: z.number().int().min(1).max(5000).default(500) })),
  'runs.devices': request<{ at: string; samples: DeviceSample[] }[]>()(z.object({ run: id, limit: z.number().int().min(1).max(2000).default(300) })),
  'runs.start': request<RunRow>()(runInput),
  'runs.stop': request<RunRow>()(z.object({ run: id })),
  'runs.resume': request<RunRow>()(z.object({ run: id })),
  'runs.remove': request<{ removed: boolean }>()(z.object({ run: id })),
  'machine.devices': request<MachineDevices>()(z.object({})),
}
