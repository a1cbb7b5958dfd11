import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { openRuntime } from '#main/engine/runtime/runtime.ts'
import { coded } from '#main/engine/runtime/testing.ts'

const query = (fields: string): string[] => execFileSync('nvidia-smi', [`--id=0`, `--query-gpu=${fields}`, '--format=csv,noheader,nounits'], { encoding: 'utf8' }).trim().split(', ')

test('a GPU that is not there is refused by its number', async () => {
  await assert.rejects(openRuntime({ device: { gpu: 99 } }), coded('GPU_MISSING', /99/))
})

test('ops run on the GPU, and its memory is taken as needed', async () => {
  const [before, total] = query('memory.used,memory.total').map(Number)
  const runtime = await openRuntime({ device: { gpu: 0 } })
  try {
    assert.equal(runtime.device.type, 'GPU')
    const [a, b] = [1, 2].map((seed) => tf.randomNormal<tf.Rank.R2>([512, 512], 0, 1, 'float32', seed))
    const product = tf.matMul(a!, b!).dataSync()
    const [x, y] = [a!.dataSync(), b!.dataSync()]
    let first = 0
    for (let k = 0; k < 512; k++) first += x[k]! * y[512 * k]!
    assert.ok(Math.abs(product[0]! - first) < 1e-3, `${product[0]} is not ${first}`)
    const [used] = query('memory.used').map(Number)
    assert.ok(used! - before! < total! / 2, `${used! - before!} of ${total!} MiB were taken`)
  } finally {
    runtime.close()
  }
})
