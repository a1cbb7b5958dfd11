import * as tf from '@tensorflow/tfjs'
import { augment, augmentation, DRAWS, normalise } from '../data/augmentation.ts'
import { forward, type Architecture } from '../model/architecture.ts'
import type { Scope } from '../model/layers.ts'
import type { Collectives } from '../runtime/collectives.ts'
import { compile, type CompiledStep } from '../runtime/compile.ts'
import { rawOp1 } from '../runtime/raw-op.ts'
import type { GradientMeans } from './accumulation.ts'
import { adamw, CONTROLS } from './adamw.ts'
import { clipByGlobalNorm } from './clip.ts'
import { bceWithLogits, type LossOptions } from './loss.ts'
import type { Parameters, Segment } from './parameters.ts'

/** PyTorch's momentum of running statistics. */
const NORM_MOMENTUM = 0.1

/** Reduction keys, the same on every rank; each stage's compiled step has keys of its own. */
export const KEYS = { stage: (index: number): number => 100 * (index + 1), statistics: 50, gather: 60, precision: 9_000, broadcast: 10_000 }

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
}

/**
 * One training step as one compiled function: augment, forward, loss, gradients, mean over the ranks, AdamW, running statistics.
 * Inputs: pixels float32 [n, side, side, 1 or 3]; targets float32 [n, 14]; controls float32 (see `controlsOf`); seed int32 [2], which differs
 * between ranks and steps; stop, 1 when this rank was asked to stop.
 * Returns this rank's loss, and over all ranks the mean loss and the share of them that were asked to stop.
 */
export type TrainStep = CompiledStep<TrainInputs, TrainResult>
export type TrainInputs = [tf.Tensor4D, tf.Tensor2D, tf.Tensor1D, tf.Tensor1D, tf.Scalar]
export type TrainResult = { own: tf.Scalar; all: tf.Tensor1D }

/** What trains, compiled as one function or as several. */
export type RunStep = ((...inputs: TrainInputs) => Promise<TrainResult>) & { dispose(): void }

/** @param means what the micro-batches before this one gave; absent where a step is one batch */
export function compileTrainStep(setting: StepSetting, means?: GradientMeans): TrainStep {
  const { parameters, collectives, stage } = setting
  const learning = learningSegments(setting)
  return compile((pixels: tf.Tensor4D, targets: tf.Tensor2D, controls: tf.Tensor1D, seed: tf.Tensor1D, stop: tf.Scalar) => {
    const { observed, ...last } = differentiate(setting, learning, pixels, targets, seed)
    const { loss, gradients } = means?.take(last.loss, last.gradients) ?? last
    const key = KEYS.stage(stage)
    const all = collectives.allReduceMean(tf.stack([loss as tf.Scalar, stop]) as tf.Tensor1D, key)
    // From the head down, the order in which the backward pass finishes them.
    const reduced = learning.map((_, i) => learning.length - 1 - i).map((i) => [learning[i]!, collectives.allReduceMean(gradients[i] as tf.Tensor1D, key + 1 + i)] as const)
    update(reduced, controls, setting)
    updateStatistics(parameters, observed)
    return { own: loss as tf.Scalar, all }
  }, `train_stage${stage}`, { bf16: setting.bf16 })
}

export function learningSegments({ parameters, frozen }: StepSetting): Segment[] {
  return parameters.segments.filter(({ group, decays }) => !(frozen && decays && group < 2))
}

/** Augment, forward, loss and gradients of one batch, within a compiled step; `observed`: batch statistics by the name of the running ones. */
export function differentiate(setting: StepSetting, learning: readonly Segment[], pixels: tf.Tensor4D, targets: tf.Tensor2D, seed: tf.Tensor1D) {
  const { net, parameters, white } = setting
  const random = randomStreams(seed)
  const films: tf.Tensor4D = tf.div(pixels, white)
  const x = setting.augment ? augment(films, augmentation(random([films.shape[0], DRAWS]) as tf.Tensor2D)) : normalise(films)
  const observed = new Map<string, tf.Tensor>()
  const still = new Map(parameters.segments.filter((s) => !learning.includes(s)).flatMap(({ value }) => [...value.split()]))
  const { value: loss, grads: gradients } = tf.valueAndGrads((...flats: tf.Tensor[]) => {
    const values = new Map([...still, ...learning.flatMap(({ value }, i) => [...value.split(flats[i] as tf.Tensor1D)])])
    return bceWithLogits(forward(net, x, trainingScope(values, observed, random)), targets, setting.loss)
  })(learning.map(({ value }) => value.variable.read()))
  return { loss, gradients, observed }
}

function update(means: readonly (readonly [Segment, tf.Tensor1D])[], controls: tf.Tensor1D, { clipNorm, weightDecay }: StepSetting): void {
  const scalars = tf.split(controls, CONTROLS).map((part) => tf.reshape(part, []) as tf.Scalar)
  const gradients = means.map(([, gradient]) => gradient)
  const clipped = clipNorm === undefined ? gradients : clipByGlobalNorm(gradients, clipNorm)
  means.forEach(([segment], i) => adamw(segment, clipped[i]!, scalars, weightDecay))
}

export function updateStatistics({ statistics }: Parameters, observed: ReadonlyMap<string, tf.Tensor>): void {
  const batch = tf.concat1d(statistics.entries.map(({ name }) => observed.get(name) as tf.Tensor1D))
  const old = statistics.variable.read()
  statistics.variable.assign(tf.add(tf.mul(old, 1 - NORM_MOMENTUM), tf.mul(batch, NORM_MOMENTUM)))
}

/** Seed of one step on one rank: no two of a run are the same. */
export function seedOf(seed: number, step: number, { rank, ranks }: { rank: number; ranks: number }): Int32Array {
  return Int32Array.of(Math.imul(seed + 1, 0x9e3779b1), step * ranks + rank)
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

/** Logits [n, 14] of pixels [n, side, side, 1 or 3], with running statistics and no augmentation. */
export function compilePrediction(net: Architecture, parameters: Parameters, white: number): CompiledStep<[tf.Tensor4D], { logits: tf.Tensor2D }> {
  return compile((pixels: tf.Tensor4D) => {
    const values = new Map([...parameters.segments.map(({ value }) => value), parameters.statistics].flatMap((flat) => [...flat.split()]))
    return { logits: forward(net, normalise(tf.div(pixels, white)), { get: (name) => values.get(name)!, training: false }) }
  }, 'predict')
}

/** Running statistics become their mean over the ranks, on every rank: the network that is validated is the one that is saved. */
export function compileStatisticsMean({ statistics }: Parameters, collectives: Collectives): CompiledStep<[], tf.Tensor[]> {
  return compile(() => {
    statistics.variable.assign(collectives.allReduceMean(statistics.variable.read(), KEYS.statistics))
    return []
  }, 'statistics_mean')
}
