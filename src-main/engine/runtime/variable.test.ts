import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { compile } from './compile.ts'
import { openRuntime, type Runtime } from './runtime.ts'
import { assertClose, coded } from './testing.ts'
import { applyAdam, ResourceVariable } from './variable.ts'

let runtime: Runtime

before(async () => {
  runtime = await openRuntime({ threads: { intra: 2, inter: 2 } })
})
after(() => runtime.close())

test('reads and writes eagerly', () => {
  const v = new ResourceVariable(tf.tensor1d([1, 2]))
  v.assignAdd(tf.tensor1d([10, 10]))
  const read = v.read()
  v.assignSub(tf.tensor1d([1, 0]))
  assert.deepEqual([...read.dataSync()], [11, 12]) // what was read stays
  assert.deepEqual([...v.read().dataSync()], [10, 12])
  v.assign(tf.tensor1d([7, 8]))
  assert.deepEqual([...v.read().dataSync()], [7, 8])
  assert.throws(() => v.assign(tf.tensor1d([1, 2, 3])), coded('SHAPE_MISMATCH', /variable is float32\[2\], but was given float32\[3\]/))
  v.dispose()
})

test('within a step, reads and writes keep their program order', async () => {
  const v = new ResourceVariable(tf.zeros([2000]), 'ordered')
  const w = new ResourceVariable(tf.zeros([2000]), 'other')
  const step = compile((x: tf.Tensor) => {
    const first = v.read()
    v.assignAdd(x)
    const second = v.read()
    v.assign(tf.mul(second, 3))
    v.assignSub(tf.onesLike(x))
    w.assign(v.read()) // nothing returned depends on this write
    return [first, second, v.read()].map((t) => tf.max(t))
  }, 'ordered')
  const x = tf.fill([2000], 2)
  let value = 0
  for (let i = 0; i < 30; i++) {
    const [first, second, last] = (await step(x)).map((t) => t.dataSync()[0]!)
    assert.equal(first, Math.fround(value))
    assert.equal(second, Math.fround(value + 2))
    value = Math.fround(Math.fround(Math.fround(value + 2) * 3) - 1)
    assert.equal(last, value)
    assert.equal(tf.min(w.read()).dataSync()[0], value)
  }
  step.dispose()
})

test('Adam with decoupled decay equals AdamW of PyTorch, eagerly and compiled', async () => {
  const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden', 'layers.json'), 'utf8')) as { adamw: { start: number[]; gradients: number[][]; values: number[][] } }
  const { start, gradients, values } = golden.adamw
  const [lr, beta1, beta2, epsilon, decay] = [1e-2, 0.9, 0.99, 1e-5, 0.01]
  for (const compiled of [false, true]) {
    const [p, m, v] = [tf.tensor1d(start), tf.zeros([5]), tf.zeros([5])].map((t) => new ResourceVariable(t)) as [ResourceVariable, ResourceVariable, ResourceVariable]
    const update = (gradient: tf.Tensor1D, b1: tf.Scalar, b2: tf.Scalar, eps: tf.Scalar): tf.Tensor => {
      p.assignSub(tf.mul(p.read(), lr * decay))
      applyAdam({ variable: p, m, v, gradient, lr: tf.scalar(lr), beta1: tf.scalar(beta1), beta2: tf.scalar(beta2), beta1Power: b1, beta2Power: b2, epsilon: eps })
      return p.read()
    }
    const step = compile(update, 'adamw')
    for (const [i, gradient] of gradients.entries()) {
      const t = i + 1
      const powers = [beta1 ** t, beta2 ** t, epsilon * Math.sqrt(1 - beta2 ** t)].map((x) => tf.scalar(x)) as [tf.Scalar, tf.Scalar, tf.Scalar]
      const after = compiled ? await step(tf.tensor1d(gradient), ...powers) : update(tf.tensor1d(gradient), ...powers)
      assertClose(after.dataSync(), values[i]!, 1e-6, `step ${t}`)
    }
  }
})

test('a variable is freed, and a step that uses it says so', async () => {
  const v = new ResourceVariable(tf.ones([3]), 'short_lived')
  const step = compile((x: tf.Tensor) => tf.add(v.read(), x), 'user')
  assert.deepEqual([...(await step(tf.scalar(1))).dataSync()], [2, 2, 2])
  v.dispose()
  v.dispose()
  await assert.rejects(step(tf.scalar(1)), (error: Error) => /user\(float32\[\]\).*(short_lived|resource|not found|does not exist)/i.test(error.message))
  assert.throws(() => v.read(), /disposed/)
  await assert.rejects(compile(() => new ResourceVariable(tf.ones([1])).read(), 'creates')(), coded('TRACE_VARIABLE'))
  step.dispose()
})
