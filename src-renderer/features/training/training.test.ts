import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LABELS } from '../../../src-shared/domain/labels.ts'
import type { EpochSummary, TrainEvent } from '../../../src-shared/domain/run.ts'
import { aucCurve, lastOf, lossCurve, padded, smoothed } from './curves.ts'
import { devicesOf, spanOf } from './devices.ts'
import { labelHistories, stepsPerEpoch, totalEpochs } from './runs.ts'
import { areaBelow, sparkline } from './sparkline.ts'
import { emptyTelemetry, MOST_LINES, MOST_READINGS, MOST_STEPS, takeEvent, type Telemetry } from './telemetry.ts'

const step = (n: number, loss = 1): TrainEvent => ({ event: 'step', step: n, epoch: 1, loss, lr: 0.001, imagesPerSecond: 10 })
const summary = (epoch: number, macro: number | null = 0.8): EpochSummary => ({
  epoch, trainLoss: 0.5, valLoss: 0.6, accuracy: 0.9, allNegativeAccuracy: 0.88, imagesPerSecond: 10, seconds: 3,
  auc: { macro, defined: 1, perLabel: { ...Object.fromEntries(LABELS.map((label) => [label, null])), Edema: macro } as EpochSummary['auc']['perLabel'] },
})
const take = (events: TrainEvent[]): Telemetry => {
  const telemetry = emptyTelemetry()
  for (const event of events) takeEvent(telemetry, event, '2024-01-01T00:00:00Z')
  return telemetry
}

test('a resumed run tells steps and epochs again, and the later telling holds', () => {
  const told = take([step(1), step(2), step(3, 9), step(4, 9), { event: 'epoch', ...summary(1, 0.7) }, step(3, 2), { event: 'epoch', ...summary(1, 0.75) }])
  assert.deepEqual(told.steps.map(({ step: n, loss }) => [n, loss]), [[1, 1], [2, 1], [3, 2]])
  assert.deepEqual(told.epochs.map(({ auc }) => auc.macro), [0.75])
  assert.ok(!('event' in told.epochs[0]!))
})

test('curves stay small however long the run, and keep the newest step', () => {
  const told = take(Array.from({ length: 3 * MOST_STEPS }, (_, i) => step(i + 1)))
  assert.ok(told.steps.length <= MOST_STEPS, String(told.steps.length))
  assert.equal(told.steps.at(-1)!.step, 3 * MOST_STEPS)
  for (const length of [MOST_STEPS + 1, MOST_STEPS + 2, 1.5 * MOST_STEPS + 2]) {
    const { steps } = take(Array.from({ length }, (_, i) => step(i + 1)))
    assert.equal(steps.at(-1)!.step, length, 'also where it has just been thinned')
  }
  const numbers = told.steps.map(({ step: n }) => n)
  assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b))
})

test('device readings and log lines lose the oldest', () => {
  const devices = take(Array.from({ length: MOST_READINGS + 5 }, (_, i): TrainEvent => ({ event: 'device', samples: [{ rank: 0, name: 'cpu', pid: i, utilisation: 1, memoryUsed: 1, memoryTotal: 2 }] }))).devices
  assert.equal(devices.length, MOST_READINGS)
  assert.equal(devices[0]!.samples[0]!.pid, 5)
  const lines = take(Array.from({ length: MOST_LINES + 3 }, (_, i): TrainEvent => ({ event: 'log', level: 'info', message: String(i) }))).log
  assert.equal(lines.length, MOST_LINES)
  assert.equal(lines[0]!.message, '3')
  assert.deepEqual(take([{ event: 'restart', rank: 1, reason: 'lost' }]).log.map(({ level, rank }) => [level, rank]), [['warn', 1]])
  assert.equal(takeEvent(emptyTelemetry(), { event: 'checkpoint', path: 'x', step: 1, best: true }, ''), null)
})

test('a moving average starts at the first value and leaves out what is no number', () => {
  const values = smoothed([2, 2, Number.NaN, 2])
  assert.equal(values[2], null)
  for (const value of [values[0], values[1], values[3]]) assert.ok(Math.abs(value! - 2) < 1e-12)
  // Window 5: weights .8 and 1.
  assert.ok(Math.abs(smoothed([1, 0])[1]! - 0.8 / 1.8) < 1e-12)
  const noisy = Array.from({ length: 6000 }, (_, i) => i % 2)
  assert.ok(Math.abs(smoothed(noisy).at(-1)! - 0.5) < 0.02, 'a long run is smoothed over more steps')
})

test('steps and epochs share one axis', () => {
  const steps = [1, 2, 3, 4].map((n) => ({ step: n, epoch: 1, loss: n === 3 ? Number.NaN : 1, lr: 0.1, imagesPerSecond: 1 }))
  const [x, raw, smooth, val] = lossCurve(steps, [summary(1), summary(2)], 2)
  assert.deepEqual(x, [0.5, 1, 1, 1.5, 2, 2])
  assert.deepEqual(raw, [1, 1, null, null, 1, null])
  assert.deepEqual(val, [null, null, 0.6, null, null, 0.6])
  assert.equal(smooth!.length, x.length)
  assert.deepEqual(aucCurve([summary(1, null), summary(2, 0.9)]), [[1, 2], [null, 0.9]])
  assert.equal(lastOf([1, null]), 1)
})

test('an axis has room and never collapses', () => {
  const [low, high] = padded(0.5, 0.5)
  assert.ok(low < 0.5 && high > 0.5)
  assert.deepEqual(padded(null, null, 0, 1), [0, 1])
  assert.equal(padded(0.9, 1, 0, 1)[1], 1)
})

test('sparklines fill their box, break at holes and stand for a single value', () => {
  assert.equal(sparkline([0, 1], 10, 4), 'M0 4L10 0')
  assert.equal(sparkline([0, null, 1, 1], 9, 4), 'M0 4h1M6 0L9 0')
  assert.equal(sparkline([5, 5], 10, 4), 'M0 2L10 2')
  assert.equal(sparkline([0.5], 10, 4), 'M0 2h1')
  assert.equal(sparkline([150], 10, 4, [0, 100]), 'M0 0h1', 'what is outside the range stays in the box')
  assert.equal(sparkline([null], 10, 4), '')
  assert.equal(areaBelow(sparkline([0, 1, null], 10, 4), 4), 'M0 4L5 0V4H0Z', 'what is not known is not nothing')
  assert.equal(areaBelow(sparkline([1, 0, null, 1, 0], 8, 4), 4), 'M0 0L2 4V4H0ZM6 0L8 4V4H6Z')
  assert.equal(areaBelow('', 4), '')
})

test('devices are told apart by rank, with holes where one was silent', () => {
  const sample = (rank: number, utilisation: number) => ({ rank, name: `gpu ${rank}`, pid: rank, utilisation, memoryUsed: 4, memoryTotal: 16 })
  const devices = devicesOf([{ at: 'a', samples: [sample(1, 50), sample(0, 10)] }, { at: 'b', samples: [sample(0, 20)] }])
  assert.deepEqual(devices.map(({ rank, utilisation }) => [rank, utilisation]), [[0, { value: 20, history: [10, 20] }], [1, { value: 50, history: [50, null] }]])
  assert.deepEqual(devices[1]!.memory, { value: 4, history: [4, null] })
  assert.equal(devices[1]!.latest.utilisation, 50)
})

test('power and temperature are those of GPUs', () => {
  const sample = { rank: 0, name: 'gpu', pid: 1, utilisation: 93, memoryUsed: 4, memoryTotal: 16 }
  const [processor] = devicesOf([{ at: 'a', samples: [sample] }])
  const [gpu] = devicesOf([{ at: 'a', samples: [sample] }, { at: 'b', samples: [{ ...sample, power: 250, temperature: 70 }] }])
  assert.deepEqual([processor!.gpu, gpu!.gpu, gpu!.power], [false, true, { value: 250, history: [null, 250] }])
  assert.equal(spanOf([{ at: '2026-01-01T00:00:00Z' }, { at: '2026-01-01T00:02:30Z' }]), 150)
  assert.equal(spanOf([]), 0)
})

test('the frozen epoch counts', () => {
  assert.equal(totalEpochs({ epochs: 30, preset: 'as-described', init: 'imagenet' }), 31)
  assert.equal(totalEpochs({ epochs: 30, preset: 'as-described', init: 'random' }), 30)
  assert.equal(totalEpochs({ epochs: 30, preset: 'as-released', init: 'random' }), 31)
  assert.equal(stepsPerEpoch({ totalSteps: 0, config: { epochs: 3, preset: 'as-described', init: 'random' } as never }), 1)
})

test('each label has its history, and one that was never defined says so', () => {
  const histories = labelHistories([summary(1, 0.7), summary(2, 0.6)], LABELS)
  const edema = histories.find(({ label }) => label === 'Edema')!
  assert.deepEqual([edema.latest, edema.best, edema.values], [0.6, 0.7, [0.7, 0.6]])
  assert.equal(histories.find(({ label }) => label === 'Fracture')!.best, null)
})
