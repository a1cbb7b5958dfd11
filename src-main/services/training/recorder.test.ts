import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LABELS, PAPER_POLICY } from '#shared/domain/labels.ts'
import type { Label } from '#shared/domain/labels.ts'
import type { RunConfig, TrainEvent } from '#shared/domain/run.ts'
import { cliHost } from '#main/host/cli.ts'
import { openStore } from '#main/store/index.ts'
import type { Store } from '#main/store/index.ts'
import { RunRecorder } from './recorder.ts'

const CONFIG: RunConfig = {
  dataset: '', split: 'patient', splitSeed: 42, ratios: [80, 10, 10], policy: PAPER_POLICY, model: 'resnet18', head: 'linear', preset: 'as-released',
  epochs: 2, batch: 4, workers: 2, device: 'cpu', size: 32, lr: 1e-3, seed: 1, init: 'random', augment: 'none', maxRestarts: 0,
}

const epoch = (number: number, macro: number | null): TrainEvent => ({
  event: 'epoch', epoch: number, trainLoss: 0.5, valLoss: 0.6, accuracy: 0.9, allNegativeAccuracy: 0.8, imagesPerSecond: 10, seconds: 3,
  auc: { macro, defined: macro === null ? 0 : 14, perLabel: Object.fromEntries(LABELS.map((label) => [label, macro])) as Record<Label, number | null> },
})

function withRun(work: (store: Store, run: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-recorder-'))
  const store = openStore(folder)
  try {
    const key = store.datasets.create({ name: 'set', format: 'chexpert', root: folder, hasFiles: true, sample: false }).id
    work(store, store.runs.create({ name: 'run', dataset: key, datasetName: 'set', split: null, config: CONFIG }).id)
  } finally {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

test('steps are written together and move the row of the run; time left counts the images to come', () => {
  withRun((store, run) => {
    const recorder = new RunRecorder(store, cliHost(), run)
    recorder.record({ event: 'started', run, stepsPerEpoch: 10, epochs: 2, workers: 2 })
    for (let step = 1; step <= 5; step++) recorder.record({ event: 'step', step, epoch: 1, loss: 1 / step, lr: 1e-3, imagesPerSecond: 12 })
    assert.equal(store.telemetry.steps(run, 100).length, 0)
    recorder.flush()
    assert.deepEqual(store.telemetry.steps(run, 100).map(({ step }) => step), [1, 2, 3, 4, 5])
    const { step, totalSteps, timeLeft } = store.runs.get(run)
    // 15 steps to come, 2 processes of 4 images, 12 images a second.
    assert.deepEqual({ step, totalSteps, timeLeft }, { step: 5, totalSteps: 20, timeLeft: 10 })
  })
})

test('the best epoch is the one of the greatest macro AUC; an undefined one never beats a number', () => {
  withRun((store, run) => {
    const recorder = new RunRecorder(store, cliHost(), run)
    const best = (): unknown => store.runs.get(run).best
    recorder.record(epoch(1, null))
    assert.deepEqual(best(), { epoch: 1, auc: null })
    recorder.record(epoch(2, 0.6))
    assert.deepEqual(best(), { epoch: 2, auc: 0.6 })
    recorder.record(epoch(3, 0.55))
    recorder.record(epoch(4, null))
    assert.deepEqual(best(), { epoch: 2, auc: 0.6 })
    assert.equal(store.telemetry.epochs(run).length, 4)
  })
})

test('what happens to a run is in its log, once', () => {
  withRun((store, run) => {
    const recorder = new RunRecorder(store, cliHost(), run)
    recorder.record(epoch(1, 0.7))
    recorder.record({ event: 'restart', rank: 1, reason: 'Worker 1 was ended by SIGKILL.' })
    recorder.record({ event: 'stopped', run, step: 7, reason: 'Stopped by the user.' })
    const log = store.telemetry.log(run, 10)
    assert.equal(log.length, 3)
    assert.match(log[0]!.message, /Epoch 1: .*macro AUC 0\.700 over 14 of 14 labels/)
    assert.deepEqual([log[1]!.level, log[1]!.rank], ['warn', 1])
    assert.match(log[2]!.message, /step 7/)
  })
})
