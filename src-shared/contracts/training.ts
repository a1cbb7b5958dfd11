import { z } from 'zod'
import { request } from './define.ts'
import { BLURS, HEADS, MODEL_NAMES, POS_WEIGHTS, PRECISIONS, PRESETS } from '../domain/run.ts'
import type { DeviceSample, EpochSummary, RunConfig, RunState } from '../domain/run.ts'
import type { RunLabels } from '../domain/labelEdits.ts'
import type { Job } from '../domain/job.ts'
import type { ErrorShape } from '../errors.ts'
import { policySchema } from './datasets.ts'

const id = z.string().min(1).max(80)

const machine = z.string().max(300).regex(/^[^\s:/]+:\d{1,5}$/, 'a machine is named as host:port')

/** Several machines for one run, with the meaning of TF_CONFIG; the others run `xclassifier worker` or the same `xclassifier train`. */
export const clusterInput = z
  .object({
    workers: z.array(machine).min(2).max(64),
    index: z.number().int().min(0).default(0),
    bind: z.string().min(1).max(300).optional(),
    joinTimeout: z.number().int().min(1).max(86_400).optional(),
  })
  .refine(({ workers }) => new Set(workers).size === workers.length, 'two machines have one address')
  .refine(({ workers, index }) => index < workers.length, 'the index names none of the machines')

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
  /** Of each machine. */
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
  deterministic: z.boolean().optional(),
  freezeEpochs: z.number().int().min(0).max(1000).optional(),
  bodyLr: z.number().positive().max(10).optional(),
  weightDecay: z.number().min(0).max(1).optional(),
  blur: z.enum(BLURS).optional(),
  metadata: z.boolean().optional(),
  threads: z.number().int().min(1).max(1024).optional(),
  cluster: clusterInput.optional(),
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
  /** The user's own words about it. */
  notes: string
  /** What it learned from; null before it has begun, and of runs from before this was kept. */
  labels: RunLabels | null
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

/** What a run would take, and whether the machine has it. Sizes in bytes. */
export interface RunCheck {
  disk: {
    /** Still to be written of the pack; 0 where it is there already. */
    pack: number
    /** Checkpoints and the model, at their most. */
    checkpoints: number
    free: number
  }
  memory: {
    /** Of all processes on the CPU; of each on a GPU. */
    needed: number
    /** Of the machine, or of the smallest GPU. */
    total: number
    /** Not used by others now; null where nobody says. */
    available: number | null
    /** False: reckoned from the size of the network, its input and the batch. */
    measured: boolean
  }
  /** Of an earlier run or trial of the same network, size and device; null without one. Validation included where `run` tells it. */
  speed: { imagesPerSecond: number; run: { id: string; name: string } | null; batch: number; workers: number } | null
  /** Why it cannot start. */
  problem: ErrorShape | null
}

/** A sweep of the rate, while it goes on and as it ended. */
export interface RateCurve {
  /** Smoothed losses by rate. */
  points: { lr: number; loss: number }[]
  /** Null while it goes on, or where the curve is too short to say. */
  suggestion: number | null
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
  /** `workers`: go on with another number of processes, which share out steps of as many images as before. */
  'runs.resume': request<RunRow>()(z.object({ run: id, workers: z.number().int().min(1).max(64).optional() })),
  'runs.update': request<RunRow>()(z.object({ run: id, name: z.string().trim().min(1).max(120).optional(), notes: z.string().max(20_000).optional() })),
  'runs.check': request<RunCheck>()(runInput),
  /** Train for a few steps, keep nothing but how fast that was and how much memory it took: the job's result. */
  'runs.trial': request<Job>()(runInput),
  /** Sweep the rate as a job; its curve is told by `rates.curve` as long as the program runs. */
  'rates.find': request<Job>()(runInput),
  'rates.curve': request<RateCurve>()(z.object({ job: id })),
  'runs.remove': request<{ removed: boolean }>()(z.object({ run: id })),
  'machine.devices': request<MachineDevices>()(z.object({})),
}
