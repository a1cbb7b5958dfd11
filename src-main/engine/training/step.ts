import * as tf from '@tensorflow/tfjs'
import { augment, augmentation, DRAWS, normalise } from '../data/augmentation.ts'
import type { Sharding } from '../data/sampler.ts'
import { forward, type Architecture } from '../model/architecture.ts'
import type { Scope } from '../model/layers.ts'
import type { Collectives } from '../runtime/collectives.ts'
import { compile, type CompiledStep } from '../runtime/compile.ts'
import { rawOp1 } from '../runtime/raw-op.ts'
import type { GradientMeans } from './accumulation.ts'
import { adamw, CONTROLS } from './adamw.ts'
import { bucketsOf, bySegment, type Bucket } from './buckets.ts'
import { clipByGlobalNorm } from './clip.ts'
import { bceWithLogits, type LossOptions } from './loss.ts'
import type { Parameters, Segment } from './parameters.ts'

/** PyTorch's momentum of running statistics. */
const NORM_MOMENTUM = 0.1

/** Reduction keys, the same on every rank; each stage's compiled step has keys of its own. */
export const KEYS = { stage: (index: number): number => 1_000 * (index + 1), gather: 60, digest: 70, text: 80, precision: 9_000, broadcast: 10_000 }

export interface StepSetting {
  net: Architecture
  parameters: Parameters
  collectives: Collectives
  /** Convolutions of the body keep their values. */
  frozen: boolean
  augment: boolean
  /** Greatest value of a pixel: 255 or 65535. */
  white: number
  /** Index of the stage. */
  stage: number
  loss?: LossOptions
  /** Greatest norm of the gradients, taken after their reduction. */
  clipNorm?: number
  /** AdamW's; default 0.01. */
  weightDecay?: number
  /** Convolutions in bfloat16; parameters, moments and sums stay float32. */
  bf16?: boolean
  /** Greatest number of elements that the ranks reduce at once. */
  bucket?: number
}

/**
 * One training step as one compiled function: augment, forward, loss, gradients, mean over the ranks, AdamW, running statistics.
 * The ranks' state changes after the last reduction or not at all, and to the same bits on each.
 * Inputs: pixels float32 [n, side, side, 1 or 3]; targets float32 [n, 14]; controls float32 (see `controlsOf`); seed int32 [2], which differs
 * between ranks and steps; stop, 1 when this rank was asked to stop; of networks that know the patient, metadata float32 [n, 5].
 * Returns this rank's loss, and over all ranks the mean loss and the share of them that were asked to stop.
 */
export type TrainStep = CompiledStep<TrainInputs, TrainResult>
export type TrainInputs = [tf.Tensor4D, tf.Tensor2D, tf.Tensor1D, tf.Tensor1D, tf.Scalar, ...tf.Tensor2D[]]
export type TrainResult = { own: tf.Scalar; all: tf.Tensor1D }

/** What trains, compiled as one function or as several. */
export type RunStep = ((...inputs: TrainInputs) => Promise<TrainResult>) & { dispose(): void }

/** @param means what the micro-batches before this one gave; absent where a step is one batch */
export function compileTrainStep(setting: StepSetting, means?: GradientMeans): TrainStep {
  const { parameters, collectives, stage } = setting
  const buckets = stepBuckets(setting)
  return compile((...[pixels, targets, controls, seed, stop, metadata]: TrainInputs) => {
    const last = differentiate(setting, buckets, { pixels, targets, seed, metadata })
    const { loss, gradients, statistics } = means?.take(last) ?? last
    const key = KEYS.stage(stage)
    // Ready after the forward pass. One update of state follows after all reductions: a step that fails has changed nothing.
    const shared = collectives.allReduceMean(tf.concat1d([tf.stack([loss as tf.Scalar, stop]) as tf.Tensor1D, statistics]), key)
    const reduced = buckets.map((_, i) => collectives.allReduceMean(gradients[i]!, key + 1 + i))
    const [all, mean] = tf.split(shared, [2, statistics.size]) as [tf.Tensor1D, tf.Tensor1D]
    update(bySegment(buckets, reduced), controls, setting)
    updateStatistics(parameters, mean, means?.parts ?? 1)
    return { own: loss as tf.Scalar, all }
  }, `train_stage${stage}`, { bf16: setting.bf16 })
}

/** Of what learns in a step; a single rank has nothing to reduce, and one bucket a segment. */
export function stepBuckets({ net, parameters, frozen, collectives, bucket }: StepSetting): Bucket[] {
  const learning = parameters.segments.filter(({ group, decays }) => !(frozen && decays && group < 2))
  return bucketsOf(net, learning, collectives.worldSize > 1 ? bucket : Infinity)
}

/** What one batch says. */
export interface Derivatives {
  loss: tf.Tensor
  /** Of each bucket, flat. */
  gradients: tf.Tensor1D[]
  /** Statistics of the batch, times the share with which they move the running ones. */
  statistics: tf.Tensor1D
}

/** What a batch gives a step. */
export interface BatchTensors {
  pixels: tf.Tensor4D
  targets: tf.Tensor2D
  seed: tf.Tensor1D
  metadata: tf.Tensor2D | undefined
}

/** Augment, forward, loss and gradients of one batch, within a compiled step. */
export function differentiate(setting: StepSetting, buckets: readonly Bucket[], { pixels, targets, seed, metadata }: BatchTensors): Derivatives {
  const { net, parameters, white } = setting
  const random = randomStreams(seed)
  const films: tf.Tensor4D = tf.div(pixels, white)
  const x = setting.augment ? augment(films, augmentation(random([films.shape[0], DRAWS]) as tf.Tensor2D)) : normalise(films)
  const observed = new Map<string, tf.Tensor>()
  const values = new Map(parameters.segments.flatMap(({ value }) => [...value.split()]))
  const learning = buckets.flatMap(({ entries }) => entries.map(({ name }) => name))
  const { value: loss, grads } = tf.valueAndGrads((...own: tf.Tensor[]) => {
    const all = new Map([...values, ...learning.map((name, i) => [name, own[i]!] as const)])
    return bceWithLogits(forward(net, x, trainingScope(all, observed, random), metadata), targets, setting.loss)
  })(learning.map((name) => values.get(name)!))
  const gradient = new Map(learning.map((name, i) => [name, tf.reshape(grads[i]!, [-1]) as tf.Tensor1D]))
  const gradients = buckets.map(({ entries }) => tf.concat1d(entries.map(({ name }) => gradient.get(name)!)))
  const batch = tf.concat1d(parameters.statistics.entries.map(({ name }) => observed.get(name) as tf.Tensor1D))
  return { loss, gradients, statistics: tf.mul(batch, NORM_MOMENTUM) }
}

function update(means: ReadonlyMap<Segment, tf.Tensor1D[]>, controls: tf.Tensor1D, { clipNorm, weightDecay }: StepSetting): void {
  const scalars = tf.split(controls, CONTROLS).map((part) => tf.reshape(part, []) as tf.Scalar)
  const gradients = [...means.values()].map((parts) => tf.concat1d(parts))
  const clipped = clipNorm === undefined ? gradients : clipByGlobalNorm(gradients, clipNorm)
  ;[...means.keys()].forEach((segment, i) => adamw(segment, clipped[i]!, scalars, weightDecay))
}

/**
 * Running statistics after a step of `parts` batches on each rank: the mean over the ranks of what PyTorch's would be on each of them. As
 * every rank has the same after each step, any of them can save it.
 */
function updateStatistics({ statistics: { variable } }: Parameters, moved: tf.Tensor1D, parts: number): void {
  variable.assign(tf.add(tf.mul(variable.read(), (1 - NORM_MOMENTUM) ** parts), moved))
}

/** What the statistics of a step's batches so far come to when another batch follows. */
export const faded = (moved: tf.Tensor1D): tf.Tensor1D => tf.mul(moved, 1 - NORM_MOMENTUM)

/** Seeds of the micro-batches of a step are so far apart that their streams never meet. */
export const STREAMS = 1 << 16
/** As many micro-batches a rank may have before it would draw what the next rank draws. */
const MICRO_BATCHES = 1 << 10

/** Seed of one step on one rank: no two of a run are the same, however many ranks take part in its steps. */
export function seedOf(seed: number, step: number, { rank }: Pick<Sharding, 'rank'> & Partial<Sharding>): Int32Array {
  return Int32Array.of(Math.imul(seed + 1, 0x9e3779b1) + Math.imul(rank, STREAMS * MICRO_BATCHES), step)
}

type Random = (shape: number[]) => tf.Tensor

/** Uniform numbers in [0, 1), a stream of its own for each call, all from one seed int32 [2]. */
function randomStreams(seed: tf.Tensor1D): Random {
  let stream = 0
  return (shape) => {
    const own = tf.add(seed, tf.tensor1d([stream++, 0], 'int32'))
    return rawOp1('StatelessRandomUniform', { dtype: 'float32' }, [tf.tensor1d(shape, 'int32'), own])
  }
}

function trainingScope(values: ReadonlyMap<string, tf.Tensor>, observed: Map<string, tf.Tensor>, random: Random): Scope {
  return {
    get: (name) => values.get(name)!,
    training: true,
    observe: (norm, mean, variance) => {
      observed.set(`${norm}.running_mean`, mean)
      observed.set(`${norm}.running_var`, variance)
    },
    uniform: (_name, shape) => random(shape),
  }
}

type PredictionInputs = [tf.Tensor4D, ...tf.Tensor2D[]]
export type Prediction = CompiledStep<PredictionInputs, { logits: tf.Tensor2D }>

/** Logits [n, 14] of pixels [n, side, side, 1 or 3] and metadata [n, 5] if the network has it, with running statistics and no augmentation. */
export function compilePrediction(net: Architecture, parameters: Parameters, white: number): Prediction {
  return compile((...[pixels, metadata]: PredictionInputs) => {
    const values = new Map([...parameters.segments.map(({ value }) => value), parameters.statistics].flatMap((flat) => [...flat.split()]))
    return { logits: forward(net, normalise(tf.div(pixels, white)), { get: (name) => values.get(name)!, training: false }, metadata) }
  }, 'predict')
}
