import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { Head, ModelName } from '#shared/domain/run.ts'
import { openRuntime, type Runtime } from '#main/engine/runtime/runtime.ts'
import { bceWithLogits } from '#main/engine/training/loss.ts'
import { goldenDevice } from '../device.ts'
import { goldenState, uniforms } from './weights.ts'
import { architecture, forward, type Architecture } from '#main/engine/model/architecture.ts'
import { isTrained } from '#main/engine/model/entries.ts'
import type { Scope } from '#main/engine/model/layers.ts'
import { toCheckpoint, type State } from '#main/engine/model/weights/state.ts'

interface Mode {
  loss: number
  /** `rounding`: relative distance between torch's own gradients in float32 and float64. */
  gradients: Record<string, { norm: number; first: number[]; rounding: number }>
}
interface Case {
  model: ModelName
  head: Head
  blur: 'all' | null
  side: number
  count: number
  logits: number[]
  eval: Mode
  train: Mode
  statistics: Record<string, number[]>
}
const cases = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as Case[]

let runtime: Runtime
before(async () => void (runtime = await openRuntime({ device: goldenDevice() })))
after(() => runtime.close())

/** Greatest difference as a share of the golden values' greatest. */
function distance(ours: ArrayLike<number>, golden: number[], scale = Math.max(...golden.map(Math.abs))): number {
  return Math.max(...golden.map((value, i) => Math.abs(value - ours[i]!))) / scale
}

function tensors(net: Architecture, state: State): Map<string, tf.Tensor> {
  return new Map(net.entries.map(({ name, shape }) => [name, tf.tensor(state.get(name)!, shape)]))
}

function check(golden: Case): void {
  const net = architecture({ model: golden.model, head: golden.head, ...(golden.blur && { blur: golden.blur }) })
  const values = tensors(net, goldenState(net))
  const { side, count } = golden
  const x = tf.tensor4d(Float32Array.from(uniforms(`images${side}`, count * side * side * 3), (u) => u * 4 - 2), [count, side, side, 3])
  const targets = tf.tensor2d(Float32Array.from(uniforms('targets', count * 14), (u) => Math.floor(u * 2)), [count, 14])
  const trained = net.entries.filter(isTrained)

  const run = (training: boolean, observe?: Scope['observe']): { loss: number; gradients: Map<string, Float32Array> } => {
    const { value, grads } = tf.valueAndGrads((...weights: tf.Tensor[]) => {
      const own = new Map(trained.map(({ name }, i) => [name, weights[i]!]))
      return bceWithLogits(forward(net, x, { get: (name) => own.get(name) ?? values.get(name)!, training, observe }), targets)
    })(trained.map(({ name }) => values.get(name)!))
    const gradients = new Map(trained.map((entry, i) => [entry.name, toCheckpoint(entry, grads[i]!.dataSync() as Float32Array)]))
    return { loss: value.dataSync()[0]!, gradients }
  }

  const logits = forward(net, x, { get: (name) => values.get(name)!, training: false })
  assert.ok(distance(logits.dataSync(), golden.logits) < 2e-5, `logits differ by ${distance(logits.dataSync(), golden.logits)}`)
  const running: Record<string, number[]> = {}
  const observe: Scope['observe'] = (name, mean, variance) => {
    for (const [key, batch] of [['running_mean', mean], ['running_var', variance]] as const) {
      const old = goldenState({ ...net, entries: net.entries.filter((entry) => entry.name === `${name}.${key}`) }).get(`${name}.${key}`)!
      running[`${name}.${key}`] = [...batch.dataSync().subarray(0, 4)].map((value, i) => 0.9 * old[i]! + 0.1 * value)
    }
  }
  for (const [mode, ours] of [['eval', run(false)], ['train', run(true, observe)]] as const) {
    assert.ok(Math.abs(ours.loss / golden[mode].loss - 1) < 2e-5, `${mode} loss ${ours.loss} is not ${golden[mode].loss}`)
    for (const [name, { norm, first, rounding }] of Object.entries(golden[mode].gradients)) {
      const gradient = ours.gradients.get(name)!
      // ReLUs and maxima near a tie flip with the rounding, and one flip moves every gradient before it.
      const tolerance = 5e-3 + 3 * rounding
      const scale = Math.max(norm, 1e-6)
      const length = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0))
      assert.ok(Math.abs(length - norm) / scale < tolerance, `${mode} norm of ${name}: ${length} is not ${norm}`)
      assert.ok(distance(gradient, first, scale) < tolerance, `${mode} ${name}: ${gradient.subarray(0, 4).join()} is not ${first.join()}`)
    }
  }
  for (const [name, values] of Object.entries(golden.statistics)) assert.ok(distance(running[name]!, values) < 1e-4, name)
}

for (const golden of cases) {
  const { model, head, blur, side } = golden
  test(`${model}, ${head}${blur ? `, blur ${blur}` : ''}, ${side} px: logits, gradients and statistics are those of timm`, () => {
    tf.engine().startScope()
    try {
      check(golden)
    } finally {
      tf.engine().endScope()
    }
  })
}
