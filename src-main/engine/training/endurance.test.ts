import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { PAPER_POLICY } from '#shared/domain/labels.ts'
import type { FromTrainer } from '../cluster/protocol.ts'
import { openBinding } from '../runtime/tfjs.ts'
import { trainRank } from './loop.ts'
import { noiseRun } from './testing/films.ts'

const STEPS = 500

test(`${STEPS} steps with their validations and checkpoints leave no tensor behind`, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'endurance-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  // 200 to train on, in batches of 1.
  await noiseRun(folder, 267, {
    run: 'r', maxSteps: STEPS,
    config: {
      dataset: 'noise', split: 'patient', splitSeed: 42, ratios: [75, 25, 0], policy: PAPER_POLICY, model: 'resnet18', head: 'linear',
      preset: 'as-described', epochs: 3, batch: 1, workers: 1, device: 'cpu', size: 32, lr: 1e-4, seed: 5, init: 'random', augment: 'paper', maxRestarts: 0,
    },
  })
  const live: string[][] = [[], [], []]
  const send = (message: FromTrainer): void => {
    if (message.type === 'step') live[message.epoch - 1]!.push(`${openBinding().context.memory().tensors} native, ${tf.memory().numTensors} of TensorFlow.js`)
  }
  const assignment = { run: 'r', folder, rank: 0, worldSize: 1, device: 'cpu' as const, threads: { intra: 1, inter: 1 }, resume: false, collectiveTimeoutSeconds: 60 }
  assert.equal(await trainRank(assignment, { send, stopRequested: () => undefined }), 'done')
  assert.equal(live.flat().length, STEPS)
  // The first validation compiles the network for prediction; from then on nothing is added.
  assert.equal(new Set(live[0]).size, 1, String([...new Set(live[0])]))
  assert.equal(new Set([...live[1]!, ...live[2]!]).size, 1, String([...new Set([...live[1]!, ...live[2]!])]))
})
