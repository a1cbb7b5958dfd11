/**
 * Batch normalisation with an optional ReLU as one op with one gradient, on TensorFlow's fused kernels: the backward pass
 * is ReluGrad and FusedBatchNormGradV3 instead of a dozen element-wise ops, and grappler fuses the forward. In training our own kernels do
 * it where they can, in half the passes over memory.
 */
import * as tf from '@tensorflow/tfjs'
import { rawOp, rawOp1 } from '../raw-op.ts'
import { BACKEND } from '../tfjs.ts'
import { chunkNorm, chunkNormGradient, moments, normKernelsServe } from './norm.ts'

const KERNEL = 'BatchNormRelu'

export interface BatchNorm {
  /** [n, h, w, c] */
  x: tf.Tensor4D
  /** gamma, [c] */
  scale: tf.Tensor1D
  /** beta, [c] */
  offset: tf.Tensor1D
  epsilon: number
  relu: boolean
  /** Running mean and variance to normalise by; absent in training, where the batch's own are used. */
  running?: { mean: tf.Tensor1D; variance: tf.Tensor1D }
}

export interface BatchNormResult {
  y: tf.Tensor4D
  /**
   * Batch mean and unbiased batch variance, as PyTorch's running averages take them; with `running`, those values.
   * Inside tf.grads they die with its scope: pass them to `keepInStep`.
   */
  mean: tf.Tensor1D
  variance: tf.Tensor1D
}

export function batchNorm(norm: BatchNorm): BatchNormResult {
  const { x, scale, offset, epsilon, relu, running } = norm
  if (!running && normKernelsServe(x.shape)) return byOwnKernels(norm)
  const none = running ? undefined : tf.tensor1d([])
  const inputs = { x, scale, offset, mean: running?.mean ?? none!, variance: running?.variance ?? none! }
  const [y, mean, variance, ...reserved] = tf.engine().runKernel(KERNEL, inputs, { epsilon, relu, training: !running }) as tf.Tensor[]
  for (const unused of [none, ...reserved]) unused?.dispose()
  return { y: y as tf.Tensor4D, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D }
}

function byOwnKernels({ x, scale, offset, epsilon, relu }: BatchNorm): BatchNormResult {
  const { mean, variance, unbiased } = moments(x)
  const normalise = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as tf.GradSaveFunc
    const [x, scale, offset] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor]
    save([x, mean, variance, scale, offset])
    return {
      value: chunkNorm({ x: [x], mean: [mean], variance: [variance], scale, offset, epsilon, relu }),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, mean, variance, scale, offset] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
        const { dx, dScale, dOffset } = chunkNormGradient({ x: [x], mean: [mean], variance: [variance], scale, offset, epsilon, relu }, dy)
        return [dx[0]!, dScale, dOffset]
      },
    }
  })
  const y = normalise(x, scale, offset) as tf.Tensor4D
  variance.dispose()
  return { y, mean, variance: unbiased }
}

interface Attributes {
  epsilon: number
  relu: boolean
  training: boolean
}

tf.registerKernel({
  kernelName: KERNEL,
  backendName: BACKEND,
  kernelFunc: ({ inputs, attrs }) => {
    const { epsilon, relu, training } = attrs as unknown as Attributes
    const { x, scale, offset, mean, variance } = inputs as Record<string, tf.Tensor>
    const [y, ...rest] = rawOp('FusedBatchNormV3', { epsilon, is_training: training, data_format: 'NHWC' }, [x!, scale!, offset!, mean!, variance!])
    if (!relu) return [y!, ...rest]
    const activated = rawOp1('Relu', {}, [y!])
    y!.dispose()
    return [activated, ...rest]
  },
})

tf.registerGradient({
  kernelName: KERNEL,
  inputsToSave: ['x', 'scale'],
  outputsToSave: [true, false, false, true, true, true],
  gradFunc: (dys, saved, attrs) => {
    const { epsilon, relu, training } = attrs as unknown as Attributes
    const [x, scale, y, ...reserved] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, ...tf.Tensor[]]
    const dy = (dys as tf.Tensor[])[0]!
    const dNorm = relu ? rawOp1('ReluGrad', {}, [dy, y]) : dy
    const [dx, dScale, dOffset] = rawOp('FusedBatchNormGradV3', { epsilon, is_training: training, data_format: 'NHWC' }, [dNorm, x, scale, ...reserved])
    return { x: () => dx!, scale: () => dScale!, offset: () => dOffset! }
  },
})
