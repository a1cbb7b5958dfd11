import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { compile } from '../compile.ts'
import { rawOp1 } from '../raw-op.ts'
import { openRuntime, type Runtime } from '../runtime.ts'
import { assertClose } from '../testing.ts'
import { blur, blurKernelServes } from './blur.ts'

let runtime: Runtime
before(async () => void (runtime = await openRuntime({ threads: { intra: 2, inter: 1 } })))
after(() => runtime.close())

type Shape = [number, number, number, number]

const images = (shape: Shape, seed: number): tf.Tensor4D => tf.randomNormal(shape, 1, 2, 'float32', seed)

/** The definition: every output is nine products, the pixel left of or above the edge being the one right of or below it. */
function defined(x: Float32Array, [n, h, w, c]: Shape): Float32Array {
  const weights = [1, 2, 1]
  const y = new Float32Array((n * h * w * c) / 4)
  for (let at = 0; at < y.length; at++) {
    const [channel, column, row, image] = [at % c, Math.floor(at / c) % (w / 2), Math.floor(at / c / (w / 2)) % (h / 2), Math.floor(at / c / (w / 2) / (h / 2))]
    for (const a of [0, 1, 2]) {
      for (const b of [0, 1, 2]) {
        const [i, j] = [Math.abs(2 * row + a - 1), Math.abs(2 * column + b - 1)]
        y[at]! += (weights[a]! * weights[b]! * x[((image * h + i) * w + j) * c + channel]!) / 16
      }
    }
  }
  return y
}

/** The gradient by TensorFlow's own ops, of the same as a padding and a depthwise convolution. */
function stockGradient(dy: tf.Tensor, [n, h, w, c]: Shape): tf.Tensor {
  const filter = tf.tile(tf.tensor4d([1, 2, 1, 2, 4, 2, 1, 2, 1], [3, 3, 1, 1]).div(16), [1, 1, c, 1])
  const attributes = { strides: [1, 2, 2, 1], padding: 'VALID', data_format: 'NHWC', dilations: [1, 1, 1, 1] }
  const padded = rawOp1('DepthwiseConv2dNativeBackpropInput', attributes, [tf.tensor1d([n, h + 1, w + 1, c], 'int32'), filter, dy])
  return rawOp1('MirrorPadGrad', { mode: 'REFLECT' }, [padded, tf.tensor2d([[0, 0], [1, 0], [1, 0], [0, 0]], [4, 2], 'int32')])
}

for (const shape of [[2, 8, 6, 16], [1, 2, 2, 48], [3, 4, 10, 64]] as Shape[]) {
  test(`blur pooling of [${shape.join(', ')}] is as defined, and its gradient TensorFlow's`, async () => {
    const [x, dy] = [images(shape, 3), images([shape[0], shape[1] / 2, shape[2] / 2, shape[3]], 4)]
    const step = (x: tf.Tensor4D, dy: tf.Tensor4D): tf.Tensor[] => [blur(x), tf.grad((v) => tf.sum(tf.mul(blur(v as tf.Tensor4D), dy)))(x)]
    const wanted = [defined(x.dataSync() as Float32Array, shape), tf.tidy(() => stockGradient(dy, shape).dataSync())] as const
    for (const [y, dx] of [tf.tidy(() => step(x, dy)), await compile(step, 'blur')(x, dy)]) {
      assertClose(y!.dataSync(), wanted[0], 1e-5, 'blurred')
      assert.deepEqual(dx!.shape, shape)
      assertClose(dx!.dataSync(), wanted[1], 1e-5, 'gradient')
    }
  })
}

test('in a bfloat16 step the numbers are those of float32, rounded', async () => {
  const shape: Shape = [2, 8, 8, 32]
  const [x, filter] = [images(shape, 5), tf.randomNormal<tf.Rank.R4>([1, 1, 32, 32], 0, 0.2, 'float32', 6)]
  // The convolution is what makes TensorFlow go to bfloat16.
  const step = (x: tf.Tensor4D): tf.Tensor[] => [blur(tf.conv2d(x, filter, 1, 'same'))]
  const [[full], [half]] = [await compile(step, 'full')(x), await compile(step, 'half', { bf16: true })(x)]
  assertClose(half!.dataSync(), full!.dataSync(), 0.05)
})

test('it serves for even sides and whole lanes, and is refused by name elsewhere', () => {
  assert.deepEqual([[1, 4, 4, 16], [1, 3, 4, 16], [1, 4, 5, 16], [1, 4, 4, 24]].map(blurKernelServes), [true, false, false, false])
  tf.tidy(() => {
    assert.throws(() => blur(tf.ones([1, 3, 4, 16])), /sides of x are not even/)
    assert.throws(() => blur(tf.ones([1, 4, 4, 24])), /24 channels/)
  })
})
