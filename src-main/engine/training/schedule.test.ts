import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { discriminative, oneCycle, placeOf, stages, totalSteps, type Stage } from './schedule.ts'

const golden = JSON.parse(readFileSync(new URL('../../../test/golden/training/schedule.json', import.meta.url), 'utf8')) as {
  rows: { peak: number; rise: number; div: number; fraction: number; lr: number; momentum: number }[]
  slices: number[]
}
const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b)), `${a} is not ${b}`)

test('one cycle is that of fastai', () => {
  for (const { peak, rise, div, fraction, lr, momentum } of golden.rows) {
    const stage: Stage = { epochs: 1, peaks: [peak, 2 * peak], rise, div, frozen: false }
    const rates = oneCycle(stage, fraction)
    near(rates.groups[0]!, lr)
    near(rates.groups[1]!, 2 * lr)
    near(rates.momentum, momentum)
  }
})

test('discriminative rates are evenly spaced by ratio', () => {
  discriminative(1e-5, 1e-3, 3).forEach((rate, i) => near(rate, golden.slices[i]!))
  assert.deepEqual(discriminative(1e-5, 1e-3, 1), [1e-3])
})

test('the presets have the stages of the paper and of the published script', () => {
  const described = stages({ preset: 'as-described', epochs: 30, lr: 1e-3, pretrained: true })
  assert.deepEqual(described[0], { epochs: 1, peaks: [2e-4, 2e-4, 2e-3], rise: 0.99, div: 25, frozen: true })
  described[1]!.peaks.forEach((rate, i) => near(rate, [1e-5, 1e-4, 1e-3][i]!))
  const released = stages({ preset: 'as-released', epochs: 30, lr: 1e-3, pretrained: true })
  assert.deepEqual(released.map(({ epochs, peaks, frozen }) => [epochs, ...new Set(peaks), frozen]), [[1, 2e-3, false], [30, 1e-3, false]])
  assert.deepEqual(stages({ preset: 'as-described', epochs: 3, lr: 1e-3, pretrained: false }).map(({ epochs }) => epochs), [3])
})

test('fine-tuning takes another first stage and another spread of rates', () => {
  const asked = { epochs: 3, lr: 1e-3, pretrained: true, freezeEpochs: 4, bodyLr: 1e-4 }
  const described = stages({ preset: 'as-described', ...asked })
  assert.deepEqual(described.map(({ epochs, frozen }) => [epochs, frozen]), [[4, true], [3, false]])
  described[1]!.peaks.forEach((rate, i) => near(rate, [1e-4, 1e-4 * Math.sqrt(10), 1e-3][i]!))
  assert.deepEqual(described[0]!.peaks, [2e-4, 2e-4, 2e-3], 'the first stage keeps its own')
  assert.deepEqual(stages({ preset: 'as-released', ...asked, freezeEpochs: 0 }).map(({ epochs, frozen }) => [epochs, frozen]), [[3, false]])
})

test('every step has one place, in order', () => {
  const plan = stages({ preset: 'as-described', epochs: 2, lr: 1e-3, pretrained: true })
  assert.equal(totalSteps(plan, 5), 15)
  const places = Array.from({ length: 15 }, (_, step) => placeOf(step, plan, 5)!)
  assert.deepEqual(places.map(({ stage, epoch, offset, stepInStage }) => [stage, epoch, offset, stepInStage]).filter((_, i) => [0, 4, 5, 14].includes(i)), [[0, 1, 0, 0], [0, 1, 4, 4], [1, 2, 0, 0], [1, 3, 4, 9]])
  assert.equal(placeOf(15, plan, 5), undefined)
})
