import * as tf from '@tensorflow/tfjs'
import { compile } from '../runtime/compile.ts'
import { ResourceVariable } from '../runtime/variable.ts'
import { elementsOf, type Bucket } from './buckets.ts'
import {
  compileTrainStep, differentiate, faded, stepBuckets, STREAMS,
  type Derivatives, type RunStep, type StepSetting, type TrainInputs, type TrainResult,
} from './step.ts'

/** What the micro-batches of a step come to so far. It is no part of the state of a run: a step that fails begins anew. */
export class GradientMeans {
  readonly parts: number
  /** The mean loss, then the mean gradient of each bucket. */
  readonly #sums: ResourceVariable[]
  readonly #statistics: ResourceVariable

  constructor(buckets: readonly Bucket[], parts: number, statistics: number) {
    this.parts = parts
    this.#sums = [[], ...buckets.map((bucket) => [elementsOf(bucket)])].map((shape) => nought(shape, 'gradient_mean'))
    this.#statistics = nought([statistics], 'batch_statistics')
  }

  add({ loss, gradients, statistics }: Derivatives): void {
    ;[loss, ...gradients].forEach((value, i) => this.#sums[i]!.assignAdd(tf.div(value, this.parts)))
    this.#statistics.assign(tf.add(faded(this.#statistics.read()), statistics))
  }

  /** All micro-batches with the last one, and nought for the next step. */
  take(last: Derivatives): Derivatives {
    this.add(last)
    const [loss, ...gradients] = this.#sums.map((sum) => sum.read())
    const statistics = this.#statistics.read<tf.Tensor1D>()
    for (const sum of this.#all()) sum.assign(tf.zeros([...sum.shape]))
    return { loss: loss!, gradients: gradients as tf.Tensor1D[], statistics }
  }

  dispose(): void {
    for (const sum of this.#all()) sum.dispose()
  }

  #all(): ResourceVariable[] {
    return [...this.#sums, this.#statistics]
  }
}

function nought(shape: number[], name: string): ResourceVariable {
  const zeros = tf.zeros(shape)
  const variable = new ResourceVariable(zeros, name)
  zeros.dispose()
  return variable
}

/**
 * A training step of `parts` equal micro-batches, one after the other in the memory of one: the mean of their losses and gradients, then one
 * update. Running statistics move with each micro-batch, as PyTorch's do. Where cells are ignored, a micro-batch counts as much as another
 * whatever its cells. Inputs and results are those of a whole step, the images of all micro-batches end to end.
 */
export function compileAccumulatingStep(setting: StepSetting, parts: number): RunStep {
  const buckets = stepBuckets(setting)
  const means = new GradientMeans(buckets, parts, setting.parameters.statistics.variable.shape[0]!)
  const last = compileTrainStep(setting, means)
  const micro = compile((...[pixels, targets, seed, metadata]: [tf.Tensor4D, tf.Tensor2D, tf.Tensor1D, ...tf.Tensor2D[]]) => {
    const derivatives = differentiate(setting, buckets, { pixels, targets, seed, metadata })
    means.add(derivatives)
    return [derivatives.loss]
  }, `accumulate_stage${setting.stage}`, { bf16: setting.bf16 })

  const run = async (...[pixels, targets, controls, seed, stop, metadata]: TrainInputs): Promise<TrainResult> => {
    const films = tf.split(pixels, parts) as tf.Tensor4D[]
    const labels = tf.split(targets, parts) as tf.Tensor2D[]
    const patients = metadata ? (tf.split(metadata, parts) as tf.Tensor2D[]) : []
    const ofPart = (part: number): tf.Tensor2D[] => patients.slice(part, part + 1)
    const seeds = films.map((_, part) => tf.tidy(() => tf.add(seed, tf.tensor1d([part * STREAMS, 0], 'int32')) as tf.Tensor1D))
    try {
      for (let part = 0; part < parts - 1; part++) tf.dispose(await micro(films[part]!, labels[part]!, seeds[part]!, ...ofPart(part)))
      return await last(films.at(-1)!, labels.at(-1)!, controls, seeds.at(-1)!, stop, ...ofPart(parts - 1))
    } finally {
      tf.dispose([films, labels, patients, seeds])
    }
  }
  return Object.assign(run, { dispose: () => [micro, last, means].forEach((part) => part.dispose()) })
}
