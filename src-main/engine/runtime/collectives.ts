/** Reductions over the ranks of a data-parallel run, by TensorFlow's collective runtime: gRPC ring on CPU, NCCL on CUDA. */
import * as tf from '@tensorflow/tfjs'
import { CodedError } from '#shared/errors.ts'
import { compile } from './compile.ts'
import { rawOp1 } from './raw-op.ts'
import { openBinding } from './tfjs.ts'

export interface CollectiveOptions {
  worldSize: number
  rank: number
  hint: 'ring' | 'nccl'
  /** A rank that does not join within it fails the step with COLLECTIVE_TIMEOUT. Default 120. */
  timeoutSeconds?: number
}

const GROUP_KEY = 1

export class Collectives {
  readonly #options: CollectiveOptions

  constructor(options: CollectiveOptions) {
    this.#options = options
  }

  get worldSize(): number {
    return this.#options.worldSize
  }

  /**
   * Mean over the ranks, within a compiled step. Every rank calls the same reductions in the same order; `instanceKey`
   * names this one, so each bucket of a step has its own, the same on all ranks and free of use by another step.
   */
  allReduceMean<T extends tf.Tensor>(tensor: T, instanceKey: number): T {
    return this.#reduce(tensor, instanceKey, 'Div')
  }

  /** As allReduceMean, without dividing. */
  allReduceSum<T extends tf.Tensor>(tensor: T, instanceKey: number): T {
    return this.#reduce(tensor, instanceKey, 'Id')
  }

  /**
   * Rank 0's values on every rank; the others give tensors of the same shapes. The results are the caller's.
   * Also a barrier: it ends when every rank has joined.
   */
  async broadcast(tensors: readonly tf.Tensor[], instanceKey: number): Promise<tf.Tensor[]> {
    if (this.#options.worldSize === 1) return tensors.map((t) => t.clone())
    const step = compile(
      (...values: tf.Tensor[]) =>
        values.map((value, i) => this.allReduceSum(this.#options.rank === 0 ? value : tf.zerosLike(value), instanceKey + i)),
      'broadcast',
    )
    try {
      return (await step(...tensors)) as tf.Tensor[]
    } finally {
      step.dispose()
    }
  }

  #reduce<T extends tf.Tensor>(tensor: T, instanceKey: number, finalOp: 'Div' | 'Id'): T {
    const { worldSize, hint, timeoutSeconds = 120 } = this.#options
    if (worldSize === 1) return tensor
    if (!openBinding().trace) {
      throw new CodedError('COLLECTIVE_EAGER', 'A reduction was called outside a compiled step, where it would block the event loop.')
    }
    const [size, group, instance] = [worldSize, GROUP_KEY, instanceKey].map((n) => tf.scalar(n, 'int32'))
    const attributes = { merge_op: 'Add', final_op: finalOp, communication_hint: hint, timeout_seconds: timeoutSeconds }
    return rawOp1<T>('CollectiveReduceV2', attributes, [tensor, size!, group!, instance!, []])
  }
}
