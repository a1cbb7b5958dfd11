import type { ErrorShape } from '../errors.ts'
import type { Label, Policy } from './labels.ts'

export const MODEL_NAMES = ['densenetblur121d', 'densenet121d', 'densenet121', 'resnet18'] as const
export type ModelName = (typeof MODEL_NAMES)[number]

export const HEADS = ['linear', 'concat-pool'] as const
export type Head = (typeof HEADS)[number]

export const PRESETS = ['as-described', 'as-released'] as const
export type Preset = (typeof PRESETS)[number]

export const POS_WEIGHTS = ['auto', 'none'] as const
export type PosWeight = (typeof POS_WEIGHTS)[number]

/** Of the convolutions in training: `auto` is bfloat16 where a trial shows it faster and right. */
export const PRECISIONS = ['auto', 'fp32', 'bf16'] as const
export type Precision = (typeof PRECISIONS)[number]

/** Where DenseNetblur-121d blurs: in the stem, as its published weights do, or before every step of stride 2, as the paper's text says. */
export const BLURS = ['stem', 'all'] as const
export type Blur = (typeof BLURS)[number]

export type SplitKind = 'patient' | 'image' | 'file'

/** A run is a state machine on disk; its end always has a reason. */
export const RUN_STATES = ['queued', 'running', 'paused', 'stopped', 'failed', 'finished'] as const
export type RunState = (typeof RUN_STATES)[number]

/** Everything a run was asked to do; stored with the run and with the model it makes. */
export interface RunConfig {
  dataset: string
  split: SplitKind
  splitSeed: number
  /** Per cent for training, validation, test. */
  ratios: [number, number, number]
  policy: Policy
  model: ModelName
  head: Head
  preset: Preset
  epochs: number
  /** Per device. */
  batch: number
  /** Processes, one per device, on all machines. */
  workers: number
  device: 'cpu' | 'gpu'
  /** Side of the square input in pixels, a multiple of 32. */
  size: number
  /** Peak rate of the one-cycle schedule. */
  lr: number
  seed: number
  /** `imagenet`, `random`, or the path of a safetensors file. */
  init: string
  augment: 'paper' | 'none'
  maxRestarts: number
  /** End after so many epochs in which the macro AUC of validation did not rise; absent: train all epochs. */
  patience?: number
  /** Greatest 2-norm of all gradients together; absent: as they are. */
  clipNorm?: number
  /** e: targets become y (1 - e) + e / 2. Default 0. */
  labelSmoothing?: number
  /** `auto`: a positive of a label counts negatives / positives of the training images. Default `none`. */
  posWeight?: PosWeight
  /** Default `fp32`. */
  precision?: Precision
  /** The same weights to the bit whenever it is trained with as many workers and threads, through resumes too. */
  deterministic?: boolean
  /** Batches of each device whose mean gradient makes one step. Default 1. */
  accumulate?: number
  /** Epochs of the first stage of fine-tuning, in which `as-described` freezes the body. Default 1; 0 leaves the stage out. */
  freezeEpochs?: number
  /** Peak rate of the stem and the first half of the body; the second half lies between it and `lr`. Default: `lr` / 100 in `as-described`. */
  bodyLr?: number
  /** AdamW's, of weights but not of norms and biases. Default 0.01. */
  weightDecay?: number
  /** densenetblur121d only; default `stem`. */
  blur?: Blur
  /** The patient's age and sex go into the head beside the film's features. */
  metadata?: boolean
  /** Cores that each process computes on. Default: those of the machine, shared out among its processes. */
  threads?: number
  /** Why the user accepts patients that leak across the split; kept on the run. */
  allowLeakage?: string
  /** Machines that train it together; absent: this one alone. */
  cluster?: MachineCluster
}

/** Machines that train one run together, as TensorFlow's TF_CONFIG names them. */
export interface MachineCluster {
  /** `host:port` of each machine, the one that keeps the run first. */
  workers: string[]
  /** Which of them this machine is. */
  index: number
  /** Address of this machine to listen at. Default: loopback, which other machines cannot reach. */
  bind?: string
  /** Seconds until every machine has to be there. Default 300. */
  joinTimeout?: number
}

export interface AucByLabel {
  /** Mean over the labels for which it is defined. */
  macro: number | null
  /** How many of the 14 labels have both classes. */
  defined: number
  perLabel: Record<Label, number | null>
}

export interface EpochSummary {
  /** One-based. */
  epoch: number
  trainLoss: number
  valLoss: number
  accuracy: number
  /** Accuracy of always saying "negative", to show beside `accuracy`. */
  allNegativeAccuracy: number
  auc: AucByLabel
  imagesPerSecond: number
  seconds: number
}

/** What a training run says while it runs; the command line prints these as JSON lines. `early`: why it ended before its last epoch. */
export type TrainEvent =
  | { event: 'started'; run: string; stepsPerEpoch: number; epochs: number; workers: number }
  | { event: 'step'; step: number; epoch: number; loss: number; lr: number; imagesPerSecond: number }
  | ({ event: 'epoch' } & EpochSummary)
  | { event: 'checkpoint'; path: string; step: number; best: boolean }
  | { event: 'device'; samples: DeviceSample[] }
  | { event: 'log'; level: 'info' | 'warn' | 'error'; message: string; rank?: number }
  | { event: 'restart'; rank: number; reason: string }
  | { event: 'stopped'; run: string; step: number; reason: string }
  | { event: 'done'; run: string; model: string; steps: number; best: { epoch: number; auc: number | null }; seconds: number; early?: string }
  | { event: 'error'; error: ErrorShape }

/** One reading of one device, as in the paper's Fig. 3; on CPU the process stands for the device. */
export interface DeviceSample {
  rank: number
  name: string
  pid: number
  /** 0 to 100: of the GPU, or of the cores of the machine that this process uses. */
  utilisation: number
  /** Bytes. */
  memoryUsed: number
  memoryTotal: number
  /** Watts and degrees Celsius, GPU only. */
  power?: number
  temperature?: number
}
