import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { architecture, type Architecture } from '../model/architecture.ts'
import { compile } from '../runtime/compile.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'
import { adamw, CONTROLS, controlsOf } from './adamw.ts'
import { bceWithLogits } from './loss.ts'
import { Parameters } from './parameters.ts'

const golden = <T>(name: string): T => JSON.parse(readFileSync(new URL(`../../../test/golden/training/${name}.json`, import.meta.url), 'utf8')) as T

let runtime: Runtime
before(async () => void (runtime = await openRuntime({ device: 'cpu' })))
after(() => runtime.close())

test('AdamW walks as torch walks, with decay for weights and without for biases', async () => {
  const { start, gradients, settings, decayed, plain } = golden<{
    start: number[]
    gradients: number[][]
    settings: { lr: number; momentum: number }[]
    decayed: number[][]
    plain: number[][]
  }>('adamw')
  const entries = [{ name: 'w', role: 'linear' as const, shape: [12, 1] }, { name: 'b', role: 'bias' as const, shape: [12] }]
  const net: Architecture = { ...architecture({ model: 'resnet18', head: 'linear' }), entries, group: () => 2 }
  const weights = Float32Array.from(start)
  const parameters = new Parameters(net, { network: new Map([['w', weights], ['b', weights]]) })
  const step = compile((gradient: tf.Tensor1D, controls: tf.Tensor1D) => {
    const scalars = tf.split(controls, CONTROLS).map((part) => tf.reshape(part, []) as tf.Scalar)
    for (const segment of parameters.segments) adamw(segment, gradient, scalars)
    return parameters.segments.map(({ value }) => value.variable.read())
  }, 'adamw')
  for (const [i, { lr, momentum }] of settings.entries()) {
    const controls = controlsOf({ groups: [9, 9, lr], momentum }, i + 1)
    const walked = await step(tf.tensor1d(gradients[i]!), tf.tensor1d(controls))
    ;[decayed, plain].forEach((expected, segment) => {
      const ours = walked[segment]!.dataSync()
      expected[i]!.forEach((value, j) => assert.ok(Math.abs(value - ours[j]!) < 2e-6, `step ${i + 1} ${['decayed', 'plain'][segment]} [${j}]: ${ours[j]} is not ${value}`))
    })
  }
})

test('another weight decay: the weight shrinks by lr wd besides, and not at all without', async () => {
  const lr = 0.01
  const walk = async (weightDecay: number): Promise<number> => {
    const entries = [{ name: 'w', role: 'linear' as const, shape: [1, 1] }]
    const net: Architecture = { ...architecture({ model: 'resnet18', head: 'linear' }), entries, group: () => 2 }
    const parameters = new Parameters(net, { network: new Map([['w', Float32Array.of(2)]]) })
    const step = compile((gradient: tf.Tensor1D, controls: tf.Tensor1D) => {
      const scalars = tf.split(controls, CONTROLS).map((part) => tf.reshape(part, []) as tf.Scalar)
      for (const segment of parameters.segments) adamw(segment, gradient, scalars, weightDecay)
      return parameters.segments.map(({ value }) => value.variable.read())
    }, 'adamw_decay')
    const [walked] = await step(tf.tensor1d([0]), tf.tensor1d(controlsOf({ groups: [0, 0, lr], momentum: 0.9 }, 1)))
    return walked!.dataSync()[0]!
  }
  for (const decay of [0, 0.3]) assert.ok(Math.abs((await walk(decay)) - 2 * (1 - lr * decay)) < 1e-6)
})

test('the loss and its gradient are those of torch, ignored cells left out', () => {
  const { logits, targets, loss, gradient } = golden<{ logits: number[]; targets: number[]; loss: number; gradient: number[] }>('metrics')
  const y = tf.tensor2d(targets, [targets.length / 14, 14], 'float32')
  const { value, grad } = tf.valueAndGrad((z) => bceWithLogits(z as tf.Tensor2D, y))(tf.tensor2d(logits, y.shape))
  assert.ok(Math.abs(value.dataSync()[0]! - loss) < 1e-6)
  const ours = grad.dataSync()
  gradient.forEach((expected, i) => assert.ok(Math.abs(ours[i]! - expected) < 1e-8, `cell ${i}: ${ours[i]} is not ${expected}`))
})
