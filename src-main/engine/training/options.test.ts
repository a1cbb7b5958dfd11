import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { IGNORED, LABELS, PAPER_POLICY } from '#shared/domain/labels.ts'
import type { RunConfig, TrainEvent } from '#shared/domain/run.ts'
import type { FromTrainer } from '../cluster/protocol.ts'
import { Films } from '../data/films.ts'
import { initialise } from '../model/initialise.ts'
import { readPlan } from '../plan.ts'
import { Collectives } from '../runtime/collectives.ts'
import { compile } from '../runtime/compile.ts'
import { openRuntime } from '../runtime/runtime.ts'
import { controlsOf } from './adamw.ts'
import { clipByGlobalNorm } from './clip.ts'
import { trainRank } from './loop.ts'
import { bceWithLogits, positiveWeights } from './loss.ts'
import { Parameters } from './parameters.ts'
import { lossSetting } from './setup.ts'
import { compileTrainStep } from './step.ts'
import { noiseRun } from './testing/films.ts'
import { tinyNetwork } from './testing/network.ts'

interface Golden {
  logits: number[]
  targets: number[]
  loss: { smoothing: number; weights: number[] | null; loss: number; gradient: number[] }[]
  gradients: number[][]
  clipped: { most: number; gradients: number[][] }[]
}
const golden = JSON.parse(readFileSync(new URL('../../../test/golden/training/options.json', import.meta.url), 'utf8')) as Golden

const config: RunConfig = {
  dataset: 'noise', split: 'patient', splitSeed: 42, ratios: [75, 25, 0], policy: PAPER_POLICY, model: 'resnet18', head: 'linear',
  preset: 'as-described', epochs: 8, batch: 4, workers: 1, device: 'cpu', size: 32, lr: 1e-3, seed: 5, init: 'random', augment: 'none', maxRestarts: 0,
}

let root = ''
before(async () => void (root = await mkdtemp(join(tmpdir(), 'options-'))))
after(() => rm(root, { recursive: true }))

/** A test of its own runtime: one process has one at a time, and a run opens its own. */
const withRuntime = (work: () => void | Promise<void>) => async (): Promise<void> => {
  const runtime = await openRuntime({ device: 'cpu' })
  try {
    await work()
  } finally {
    runtime.close()
  }
}

const close = (ours: ArrayLike<number>, expected: readonly number[], within: number, what: string): void =>
  expected.forEach((value, i) => assert.ok(Math.abs(ours[i]! - value) < within, `${what} [${i}]: ${ours[i]} is not ${value}`))

test('label smoothing and positive weights are torch\'s, alone and together, ignored cells left out', withRuntime(() => {
  assert.ok(golden.targets.includes(IGNORED))
  const shape: [number, number] = [golden.targets.length / LABELS.length, LABELS.length]
  const [z, y] = [tf.tensor2d(golden.logits, shape), tf.tensor2d(golden.targets, shape, 'float32')]
  for (const { smoothing, weights, loss, gradient } of golden.loss) {
    const { value, grad } = tf.valueAndGrad((logits) => bceWithLogits(logits as tf.Tensor2D, y, { smoothing, ...(weights && { positiveWeights: weights }) }))(z)
    const what = `smoothing ${smoothing}, weights ${weights !== null}`
    close(value.dataSync(), [loss], 1e-6, what)
    close(grad.dataSync(), gradient, 1e-7, what)
    const ignored = grad.dataSync().filter((_, i) => golden.targets[i] === IGNORED)
    assert.ok(ignored.every((slope) => slope === 0))
  }
}))

test('gradients are clipped as clip_grad_norm_ does, over all parts together', withRuntime(async () => {
  const parts = golden.gradients.map((part) => tf.tensor1d(part))
  for (const { most, gradients } of golden.clipped) {
    const step = compile((...given: tf.Tensor1D[]) => clipByGlobalNorm(given, most), 'clip')
    const clipped = await step(...parts)
    gradients.forEach((expected, i) => close(clipped[i]!.dataSync(), expected, 1e-6, `norm ${most}, part ${i}`))
    step.dispose()
  }
}))

test('a positive counts negatives / positives of its label, within 1/20 and 20; ignored cells count on neither side', () => {
  const rows = 42
  const targets = new Uint8Array(rows * LABELS.length)
  const fill = (label: number, ones: number, ignored = 0): void => {
    for (let row = 0; row < ones + ignored; row++) targets[row * LABELS.length + label] = row < ones ? 1 : IGNORED
  }
  fill(1, 14) // 28 / 14
  fill(2, 6, 12) // 24 / 6
  fill(3, 42) // no negative
  fill(4, 1) // 41 / 1
  fill(5, 0, 42) // nothing said
  const [none, two, four, all, rare, unsaid] = positiveWeights(targets)
  assert.deepEqual([none, two, four, all, rare, unsaid], [20, 2, 4, 1 / 20, 20, 1])
})

test('a run ends when the AUC has not risen for as many epochs as it has patience, and says so', async () => {
  const folder = join(root, 'patient')
  await noiseRun(folder, 16, { run: 'r', config: { ...config, patience: 1, lr: 1e-9, batch: 3, accumulate: 2 } })
  const events: TrainEvent[] = []
  const assignment = { run: 'r', folder, rank: 0, worldSize: 1, device: 'cpu' as const, threads: { intra: 1, inter: 1 }, resume: false, collectiveTimeoutSeconds: 60 }
  const send = (message: FromTrainer): void => void (message.type === 'event' && events.push(message.event))
  assert.equal(await trainRank(assignment, { send, stopRequested: () => undefined }), 'done')
  // 12 films to train on, two batches of 3 a step.
  assert.equal(events.find((event) => event.event === 'started')!.stepsPerEpoch, 2)
  const aucs = events.flatMap((event) => (event.event === 'epoch' ? [event.auc.macro!] : []))
  const done = events.find((event) => event.event === 'done')!
  const best = aucs.indexOf(Math.max(...aucs)) + 1
  assert.ok(aucs.length < config.epochs, `${aucs.length} epochs`)
  assert.deepEqual([done.best.epoch, aucs.length], [best, best + 1])
  assert.match(done.early!, new RegExp(`since epoch ${best}; the run ended after epoch ${aucs.length}\\.`))
})

test('each option of a run reaches its step: smoothing and weights change the loss, clipping what is learned', withRuntime(async () => {
  const folder = join(root, 'options')
  await noiseRun(folder, 16, { run: 'r', config })
  await using films = await Films.open(await readPlan(folder))
  const { pixels, targets } = films.upload(await films.batch(films.train))
  const net = tinyNetwork()
  const learn = async (options: Partial<RunConfig>): Promise<{ loss: number; moved: number }> => {
    const given = initialise(net, 3)
    const parameters = new Parameters(net, { network: given })
    const collectives = new Collectives({ worldSize: 1, rank: 0, hint: 'ring' })
    const step = compileTrainStep({ net, parameters, collectives, frozen: false, augment: false, white: 255, stage: 0, ...lossSetting({ ...config, ...options }, films) })
    const controls = tf.tensor1d(controlsOf({ groups: [0.1, 0.1, 0.1], momentum: 0.9 }, 1))
    const { own } = await step(pixels, targets, controls, tf.tensor1d([1, 2], 'int32'), tf.scalar(0))
    const { network } = await parameters.read()
    const bias = 'fc.bias'
    return { loss: own.dataSync()[0]!, moved: Math.abs(network.get(bias)![0]! - given.get(bias)![0]!) }
  }
  const plain = await learn({ posWeight: 'none' })
  const expected = bceOf(await learn({}))
  assert.equal(bceOf(plain), expected)
  const different = [plain, await learn({ labelSmoothing: 0.2 }), await learn({ posWeight: 'auto' })].map(bceOf)
  assert.equal(new Set(different).size, 3, String(different))
  const clipped = await learn({ clipNorm: 1e-7 })
  assert.equal(bceOf(clipped), expected)
  // Adam's step is about the rate whatever the gradient, until the gradient is less than its epsilon.
  assert.ok(plain.moved > 0.09 && clipped.moved < 0.01, `${plain.moved}, clipped ${clipped.moved}`)
}))

const bceOf = ({ loss }: { loss: number }): string => loss.toFixed(5)
