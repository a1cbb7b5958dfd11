import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { goldenState, uniforms } from '../model/weights.ts'
import { architecture, type Architecture, type ArchitectureName } from '#main/engine/model/architecture.ts'
import { exportState, type State } from '#main/engine/model/weights/state.ts'
import { openRuntime, type Runtime } from '#main/engine/runtime/runtime.ts'
import { openSession } from '#main/engine/inference/session.ts'
import { exportOnnx } from '#main/engine/inference/onnx/export.ts'

const SIZE = 64
const FILMS = 2

let runtime: Runtime
let folder: string
before(async () => {
  runtime = await openRuntime({ device: 'cpu' })
  folder = await mkdtemp(join(tmpdir(), 'onnx-'))
})
after(async () => {
  runtime.close()
  await rm(folder, { recursive: true })
})

/** The TensorFlow path of training and validation, normalisation as paper.md states it. */
function inTensorFlow(net: Architecture, state: State, films: Uint8Array): { logits: Float32Array; features: Float32Array } {
  return tf.tidy(() => {
    const grey = tf.tensor4d(Float32Array.from(films), [FILMS, SIZE, SIZE, 1]).div(255)
    const rgb = tf.tile(grey, [1, 1, 1, 3]).sub([0.485, 0.456, 0.406]).div([0.229, 0.224, 0.225]) as tf.Tensor4D
    const values = new Map(net.entries.map(({ name, shape }) => [name, tf.tensor(state.get(name)!, shape)]))
    const scope = { get: (name: string) => values.get(name)!, training: false }
    const features = net.body(rgb, scope)
    return { logits: net.top(features, scope).dataSync<'float32'>(), features: tf.transpose(features, [0, 3, 1, 2]).dataSync<'float32'>() }
  })
}

const greatest = (a: Float32Array, b: Float32Array) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

const VARIANTS: ArchitectureName[] = [
  { model: 'densenetblur121d', head: 'linear' },
  { model: 'densenetblur121d', head: 'concat-pool', blur: 'all' },
  { model: 'densenet121d', head: 'concat-pool' },
  { model: 'densenet121', head: 'linear' },
  { model: 'resnet18', head: 'linear' },
  { model: 'resnet18', head: 'concat-pool' },
]

for (const name of VARIANTS) {
  test(`${name.model}, ${name.head}${name.blur ? `, blur ${name.blur}` : ''}: onnxruntime equals TensorFlow`, async () => {
    const net = architecture(name)
    const state = goldenState(net)
    const { tensors } = exportState(net, state, 0)
    const weights = (key: string) => {
      const { shape, data } = tensors.get(key)!
      return { shape, data: data as Float32Array }
    }
    const file = join(folder, `${name.model}-${name.head}.onnx`)
    await writeFile(file, exportOnnx({ name, size: SIZE, weights }))
    const films = Uint8Array.from(uniforms('films', FILMS * SIZE * SIZE), (u) => Math.floor(u * 256))

    await using session = await openSession(file, SIZE)
    const found = await session.run(films)
    const expected = inTensorFlow(net, state, films)
    assert.deepEqual([found.features.channels, found.features.height, found.features.width], [net.features, SIZE / 32, SIZE / 32])
    assert.ok(greatest(found.logits, expected.logits) < 1e-4, `logits differ by ${greatest(found.logits, expected.logits)}`)
    assert.ok(greatest(found.features.data, expected.features) < 1e-3, `features differ by ${greatest(found.features.data, expected.features)}`)
    const spread = Math.max(...found.logits) - Math.min(...found.logits)
    assert.ok(spread > 0.1, `logits spread by ${spread} only`)
  })
}
