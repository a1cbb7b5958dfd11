import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { compile } from '../compile.ts'
import { openRuntime, type Runtime } from '../runtime.ts'
import { assertClose, coded } from '../testing.ts'
import { bf16Conv2d } from './bf16-conv.ts'
import { conv2d } from './conv.ts'

let runtime: Runtime
before(async () => void (runtime = await openRuntime({ threads: { intra: 2, inter: 1 }, bf16By: 'casts' })))
after(() => runtime.close())

/** To the nearest value with eight bits of significand, ties to even: what a cast to bfloat16 does. */
function roundedTo8Bits(x: tf.Tensor): tf.Tensor {
  const bits = new Uint32Array(Float32Array.from(x.dataSync()).buffer)
  const cut = bits.map((b) => (b + 0x7fff + ((b >>> 16) & 1)) & 0xffff0000)
  return tf.tensor(new Float32Array(cut.buffer), x.shape)
}

/** The convolution and its two gradients for dy, by ops that the compiler sees as they are. */
const derivatives = (x: tf.Tensor4D, kernel: tf.Tensor4D, dy: tf.Tensor4D, stride: 1 | 2): tf.Tensor[] => {
  const { value, grads } = tf.valueAndGrads((...own: tf.Tensor[]) => tf.sum(tf.mul(conv2d(own[0] as tf.Tensor4D, own[1] as tf.Tensor4D, stride), dy)))([x, kernel])
  return [conv2d(x, kernel, stride), ...grads, value]
}

for (const stride of [1, 2] as const) {
  test(`by casts a convolution of stride ${stride} and its gradients are those of the rounded operands`, async () => {
    const x = tf.randomNormal<tf.Rank.R4>([2, 8, 8, 16], 0, 1, 'float32', 1)
    const kernel = tf.randomNormal<tf.Rank.R4>([3, 3, 16, 24], 0, 0.1, 'float32', 2)
    const dy = tf.randomNormal<tf.Rank.R4>([2, 8 / stride, 8 / stride, 24], 0, 1, 'float32', 3)
    const step = (a: tf.Tensor4D, w: tf.Tensor4D, d: tf.Tensor4D): tf.Tensor[] => derivatives(a, w, d, stride)
    const full = compile(step, 'full')
    const [y, dx, dw] = await compile(step, 'half', { bf16: true })(x, kernel, dy)
    const [a, w, d] = [x, kernel, dy].map(roundedTo8Bits) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]
    const wanted = await full(a, w, d)
    const unrounded = await full(x, kernel, dy)
    for (const [i, [name, got]] of [['y', y!], ['dx', dx!], ['dw', dw!]].entries() as Iterable<[number, [string, tf.Tensor]]>) {
      const [exact, float] = [wanted[i]!.dataSync(), unrounded[i]!.dataSync()]
      const largest = Math.max(...exact.map(Math.abs))
      // The result is rounded once more on its way out.
      assertClose(got.dataSync(), exact, largest / 128, name)
      assert.ok(got.dataSync().some((v, j) => Math.abs(v - float[j]!) > 1e-5), `${name} is not rounded at all`)
    }
  })
}

test('without bfloat16 the same step is float32, and outside a step it is refused', async () => {
  const [x, kernel] = [tf.ones<tf.Rank.R4>([1, 4, 4, 2]), tf.fill([1, 1, 2, 2], 1 / 3) as tf.Tensor4D]
  const y = await compile((a: tf.Tensor4D) => [conv2d(a, kernel)], 'plain')(x)
  assertClose(y[0]!.dataSync(), new Array<number>(32).fill(2 / 3), 1e-6)
  assert.throws(() => bf16Conv2d(x, kernel, { stride: 1, padding: 'same' }), coded('BF16_EAGER'))
})
