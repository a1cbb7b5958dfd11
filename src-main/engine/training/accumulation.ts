import * as tf from '@tensorflow/tfjs'
import { compile } from '../runtime/compile.ts'
import { ResourceVariable } from '../runtime/variable.ts'
import type { Segment } from './parameters.ts'
import { compileTrainStep, differentiate, learningSegments, updateStatistics, type RunStep, type StepSetting, type TrainInputs, type TrainResult } from './step.ts'

/** Seeds of the micro-batches of a step are so far apart that their streams never meet. */
const STREAMS = 1 << 16

/** Means so far of the loss and the gradients over the micro-batches of a step. */
export class GradientMeans {
  readonly #parts: number
  /** The loss, then the gradient of each segment. */
  readonly #sums: ResourceVariable[]

  constructor(learning: readonly Segment[], parts: number) {
    this.#parts = parts
    this.#sums = [[], ...learning.map(({ value }) => value.variable.shape)].map((shape) => {
      const zeros = tf.zeros([...shape])
      const sum = new ResourceVariable(zeros, 'gradient_mean')
      zeros.dispose()
      return sum
    })
  }

  add(loss: tf.Tensor, gradients: readonly tf.Tensor[]): void {
    ;[loss, ...gradients].forEach((value, i) => this.#sums[i]!.assignAdd(tf.div(value, this.#parts)))
  }

  /** The means with the last micro-batch, and nought for the next step. */
  take(loss: tf.Tensor, gradients: readonly tf.Tensor[]): { loss: tf.Tensor; gradients: tf.Tensor[] } {
    this.add(loss, gradients)
    const [mean, ...means] = this.#sums.map((sum) => sum.read())
    for (const sum of this.#sums) sum.assign(tf.zeros([...sum.shape]))
    return { loss: mean!, gradients: means }
  }

  dispose(): void {
    for (const sum of this.#sums) sum.dispose()
  }
}

/**
 * A training step of `parts` equal micro-batches, one after the other in the memory of one: the mean of their losses and gradients, then one
 * update. Running statistics move with each micro-batch, as PyTorch's do. Where cells are ignored, a micro-batch counts as much as another
 * whatever its cells. Inputs and results are those of a whole step, the images of all micro-batches end to end.
 */
export function compileAccumulatingStep(setting: StepSetting, parts: number): RunStep {
  const learning = learningSegments(setting)
  const means = new GradientMeans(learning, parts)
  const last = compileTrainStep(setting, means)
  const micro = compile((pixels: tf.Tensor4D, targets: tf.Tensor2D, seed: tf.Tensor1D) => {
    const { loss, gradients, observed } = differentiate(setting, learning, pixels, targets, seed)
    means.add(loss, gradients)
    updateStatistics(setting.parameters, observed)
    return [loss]
  }, `accumulate_stage${setting.stage}`, { bf16: setting.bf16 })

  const run = async (...[pixels, targets, controls, seed, stop]: TrainInputs): Promise<TrainResult> => {
    const films = tf.split(pixels, parts) as tf.Tensor4D[]
    const labels = tf.split(targets, parts) as tf.Tensor2D[]
    const seeds = films.map((_, part) => tf.tidy(() => tf.add(seed, tf.tensor1d([part * STREAMS, 0], 'int32')) as tf.Tensor1D))
    try {
      for (let part = 0; part < parts - 1; part++) tf.dispose(await micro(films[part]!, labels[part]!, seeds[part]!))
      return await last(films.at(-1)!, labels.at(-1)!, controls, seeds.at(-1)!, stop)
    } finally {
      tf.dispose([films, labels, seeds])
    }
  }
  return Object.assign(run, { dispose: () => [micro, last, means].forEach((part) => part.dispose()) })
}
