import * as tf from '@tensorflow/tfjs'
import { LABELS } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { Films } from '../data/films.ts'
import { validationShard, type Sharding } from '../data/sampler.ts'
import type { Architecture } from '../model/architecture.ts'
import type { Collectives } from '../runtime/collectives.ts'
import { compile, type CompiledStep } from '../runtime/compile.ts'
import { evaluate, type Evaluation } from './evaluation.ts'
import type { Parameters } from './parameters.ts'
import { compilePrediction, KEYS, type Prediction } from './step.ts'

/** Validation over all ranks: each takes its share of the images, and every rank ends with the figures of all of them. */
export class Validator {
  readonly #films: Films
  readonly #sharding: Sharding
  readonly #predict: Prediction
  readonly #gather: CompiledStep<[tf.Tensor2D], tf.Tensor>

  constructor(net: Architecture, parameters: Parameters, films: Films, collectives: Collectives, sharding: Sharding) {
    this.#films = films
    this.#sharding = sharding
    this.#predict = compilePrediction(net, parameters, films.white)
    this.#gather = compile((logits: tf.Tensor2D) => collectives.allReduceSum(logits, KEYS.gather), 'gather')
  }

  /** @param signal ends it with COLLECTIVE_UNAVAILABLE: another rank is gone */
  async run(signal?: AbortSignal): Promise<Evaluation> {
    const rows = this.#films.validation
    return evaluate(await this.#logits(rows, signal), this.#films.targets(rows))
  }

  /** [rows, 14]: this rank fills in the rows of its share, and the sum over the ranks fills in the others; padding is never written. */
  async #logits(rows: Int32Array, signal: AbortSignal | undefined): Promise<Float32Array> {
    const { ranks, rank, batch } = this.#sharding
    const width = LABELS.length
    const shard = validationShard(rows, this.#sharding)
    const logits = new Float32Array(rows.length * width)
    for (let step = 0; step < shard.steps; step++) {
      if (signal?.aborted) throw new CodedError('COLLECTIVE_UNAVAILABLE', String(signal.reason))
      const own = await this.#predictBatch(shard.rows.subarray(step * batch, (step + 1) * batch))
      for (let i = 0; i < batch; i++) {
        const position = step * batch + i
        if (shard.real[position]) logits.set(own.subarray(i * width, (i + 1) * width), (position * ranks + rank) * width)
      }
    }
    if (ranks === 1) return logits
    const share = tf.tensor2d(logits, [rows.length, width])
    const all = await this.#gather(share)
    const gathered = (await all.data()) as Float32Array
    tf.dispose([share, all])
    return gathered
  }

  async #predictBatch(rows: Int32Array): Promise<Float32Array> {
    const { pixels, targets, metadata } = this.#films.upload(await this.#films.batch(rows))
    const { logits } = await this.#predict(pixels, ...metadata)
    const values = (await logits.data()) as Float32Array
    tf.dispose([pixels, targets, metadata, logits])
    return values
  }

  dispose(): void {
    for (const step of [this.#predict, this.#gather]) step.dispose()
  }
}
