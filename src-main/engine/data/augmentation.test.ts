import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'
import { augment, augmentation, DRAWS, normalise } from './augmentation.ts'

const golden = JSON.parse(readFileSync(new URL('../../../test/golden/data/augmentation.json', import.meta.url), 'utf8')) as {
  side: number
  draws: number[][]
  films: number[]
  outputs: number[]
}

let runtime: Runtime
before(async () => void (runtime = await openRuntime({ device: 'cpu' })))
after(() => runtime.close())

const n = golden.draws.length
const films = (): tf.Tensor4D => tf.div(tf.tensor4d(golden.films, [n, golden.side, golden.side, 3]), 255)

test('films are those of torch, from the same draws', () => {
  const outputs = augment(films(), augmentation(tf.tensor2d(golden.draws)))
  const ours = outputs.dataSync()
  const worst = golden.outputs.map((value, i) => Math.abs(value - ours[i]!)).reduce((a, b) => Math.max(a, b))
  assert.ok(worst < 2e-3, `off by ${worst}`)
})

test('a grey film is its colour film', () => {
  const draws = tf.tensor2d(golden.draws)
  const grey = tf.slice(films(), [0, 0, 0, 0], [n, -1, -1, 1])
  const [one, three] = [grey, tf.tile(grey, [1, 1, 1, 3]) as tf.Tensor4D].map((x) => augment(x, augmentation(draws)))
  assert.equal(tf.max(tf.abs(tf.sub(one!, three!))).dataSync()[0], 0)
})

test('draws above .75 leave the film as validation sees it', () => {
  const still = augment(films(), augmentation(tf.fill([n, DRAWS], 0.9)))
  const difference = tf.max(tf.abs(tf.sub(still, normalise(tf.clipByValue(films(), 1e-7, 1 - 1e-7))))).dataSync()[0]!
  assert.ok(difference < 1e-4, `off by ${difference}`)
})
