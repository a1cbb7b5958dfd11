import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { compile, keepInStep } from '../compile.ts'
import { openRuntime, type Runtime } from '../runtime.ts'
import { assertClose } from '../testing.ts'
import { batchNorm } from './batch-norm.ts'
import { conv2d, zeroPad } from './conv.ts'
import { splitFlat } from './flat.ts'
import { relu } from './relu.ts'

type Key = 'x' | 'kernel' | 'scale' | 'offset' | 'linear' | 'dx' | 'dkernel' | 'dscale' | 'doffset' | 'dlinear' | 'mean' | 'variance'
type Case = Record<Key, number[]> & { stride: 1 | 2; loss: number }

/** By golden/layers.py, in PyTorch and float64. */
const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', 'layers.json'), 'utf8')) as { cases: Case[] }
const SHAPES = [[3, 3, 3, 4], [4], [4], [4, 2]]

let runtime: Runtime

before(async () => {
  runtime = await openRuntime({ threads: { intra: 2 } })
})
after(() => runtime.close())

/** Loss, gradients of the flat parameters and of x, batch mean and variance. */
function step(stride: 1 | 2, fused: boolean): (flat: tf.Tensor1D, x: tf.Tensor4D) => tf.Tensor[] {
  return (flat, x) => {
    const statistics: tf.Tensor[] = []
    const loss = (p: tf.Tensor, input: tf.Tensor): tf.Scalar => {
      const [kernel, scale, offset, linear] = splitFlat(p as tf.Tensor1D, SHAPES) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor2D]
      const norm = batchNorm({ x: conv2d(input as tf.Tensor4D, kernel, stride), scale, offset, epsilon: 1e-5, relu: fused })
      statistics.push(keepInStep(norm.mean), keepInStep(norm.variance))
      const features = tf.mean(fused ? norm.y : relu(norm.y), [1, 2]) as tf.Tensor2D
      return tf.sum(tf.square(tf.matMul(features, linear))) as tf.Scalar
    }
    const { value, grads } = tf.valueAndGrads(loss)([flat, x])
    return [value, grads[0]!, grads[1]!, ...statistics]
  }
}

for (const golden of cases) {
  for (const fused of [true, false]) {
    test(`conv, batch norm and ReLU at stride ${golden.stride}, ${fused ? 'fused' : 'apart'}, equal PyTorch with all gradients`, async () => {
      const flat = tf.tensor1d([...golden.kernel, ...golden.scale, ...golden.offset, ...golden.linear])
      const x = tf.tensor4d(golden.x, [2, 6, 6, 3])
      const run = step(golden.stride, fused)
      for (const outputs of [run(flat, x), await compile(run, 'layers')(flat, x)]) {
        const [loss, dFlat, dx, mean, variance] = outputs.map((t) => t.dataSync())
        assertClose(loss!, [golden.loss], 1e-5, 'loss')
        assertClose(dFlat!, [...golden.dkernel, ...golden.dscale, ...golden.doffset, ...golden.dlinear], 1e-5, 'gradients')
        assertClose(dx!, golden.dx, 1e-5, 'dx')
        assertClose(mean!, golden.mean, 1e-6, 'mean')
        assertClose(variance!, golden.variance, 1e-6, 'variance')
      }
    })
  }
}

test('batch norm by running statistics, with its gradients, equals the formula', () => {
  tf.tidy(() => {
    const x = tf.randomNormal([2, 3, 3, 4], 0, 1, 'float32', 3) as tf.Tensor4D
    const [scale, offset, mean, variance] = [[1, 2, 0.5, 1.5], [0, 0.3, -0.2, 1], [0.1, -0.4, 0, 0.2], [1, 0.5, 2, 0.3]].map((v) => tf.tensor1d(v)) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]
    const fused = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor =>
      batchNorm({ x: x as tf.Tensor4D, scale: scale as tf.Tensor1D, offset: offset as tf.Tensor1D, epsilon: 1e-3, relu: true, running: { mean, variance } }).y
    const formula = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor =>
      tf.relu(tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))), scale), offset))
    const weigh = tf.randomNormal([2, 3, 3, 4], 0, 1, 'float32', 4)
    const [a, b] = [fused, formula].map((f) => tf.valueAndGrads((x, s, o) => tf.sum(tf.mul(f(x!, s!, o!), weigh)) as tf.Scalar)([x, scale, offset]))
    assertClose(a!.value.dataSync(), b!.value.dataSync(), 1e-4)
    a!.grads.forEach((gradient, i) => assertClose(gradient.dataSync(), b!.grads[i]!.dataSync(), 1e-4, `gradient ${i}`))
  })
})

test('zero padding and its gradient', () => {
  tf.tidy(() => {
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1])
    assert.deepEqual([...zeroPad(x, 1).dataSync()], [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0])
    const gradient = tf.grad((v) => tf.sum(tf.mul(zeroPad(v as tf.Tensor4D, 1), tf.reshape(tf.range(0, 16), [1, 4, 4, 1]))) as tf.Scalar)(x)
    assert.deepEqual([...gradient.dataSync()], [5, 6, 9, 10])
    assert.equal(zeroPad(x, 0), x)
  })
})

test('a flat tensor of one part and of several, with their gradients', () => {
  tf.tidy(() => {
    const flat = tf.tensor1d([1, 2, 3, 4, 5, 6])
    for (const shapes of [[[2, 3]], [[2], [1, 4]]]) {
      const parts = splitFlat(flat, shapes)
      assert.deepEqual(parts.map((p) => p.shape), shapes)
      assert.deepEqual(parts.flatMap((p) => [...p.dataSync()]), [1, 2, 3, 4, 5, 6])
      const gradient = tf.grad((f) => tf.addN(splitFlat(f as tf.Tensor1D, shapes).map((p) => tf.sum(tf.square(p)))) as tf.Scalar)(flat)
      assert.deepEqual([...gradient.dataSync()], [2, 4, 6, 8, 10, 12])
    }
  })
})

test('eager fused steps leave nothing behind', () => {
  const flat = tf.tensor1d([...cases[0]!.kernel, ...cases[0]!.scale, ...cases[0]!.offset, ...cases[0]!.linear])
  const x = tf.tensor4d(cases[0]!.x, [2, 6, 6, 3])
  const once = (): void => step(2, true)(flat, x).forEach((t) => t.dispose())
  once()
  const [live, tensors] = [runtime.memory(), tf.memory().numTensors]
  for (let i = 0; i < 50; i++) once()
  assert.deepEqual(runtime.memory(), live)
  assert.equal(tf.memory().numTensors, tensors)
})
