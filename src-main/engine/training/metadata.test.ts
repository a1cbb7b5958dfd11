import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { LABELS, PAPER_POLICY } from '#shared/domain/labels.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import { Films } from '../data/films.ts'
import { Mersenne } from '../data/mersenne.ts'
import { writeNpy } from '../data/npy.ts'
import { encodePatients, patientOf } from '../data/patient.ts'
import { openSession } from '../inference/session.ts'
import { exportOnnx } from '../inference/onnx/export.ts'
import { activationHead, activationMaps } from '../inference/cam.ts'
import { architecture, forward } from '../model/architecture.ts'
import { isTrained, sizeOf } from '../model/entries.ts'
import { METADATA_WEIGHT } from '../model/head.ts'
import { initialise } from '../model/initialise.ts'
import { differences } from '../model/weights/compare.ts'
import { exportState, importState } from '../model/weights/state.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'
import { compileAccumulatingStep } from './accumulation.ts'
import { controlsOf } from './adamw.ts'
import { rocAuc, column } from './metrics.ts'
import { Parameters } from './parameters.ts'
import { compilePrediction, compileTrainStep, seedOf } from './step.ts'
import { tinyNetwork } from './testing/network.ts'

const SIDE = 32
const FILMS = 64
const config: RunConfig = {
  dataset: 'none', split: 'patient', splitSeed: 42, ratios: [80, 10, 10], policy: PAPER_POLICY, model: 'resnet18', head: 'linear', preset: 'as-described',
  epochs: 1, batch: 16, workers: 1, device: 'cpu', size: SIDE, lr: 1e-3, seed: 5, init: 'random', augment: 'none', maxRestarts: 0, metadata: true,
}

let folder = ''
let runtime: Runtime
const random = new Mersenne(3)
const patients = Array.from({ length: FILMS }, () => patientOf(20 + 60 * random.uniform(), random.uniform() < 0.5 ? 'F' : 'M'))
/** Label 0 holds of women, whatever the film. */
const labels = Uint8Array.from({ length: FILMS * LABELS.length }, (_, i) => Number(i % LABELS.length === 0 && patients[Math.floor(i / LABELS.length)]!.sex === 'F'))

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metadata-'))
  runtime = await openRuntime({ device: 'cpu' })
  await writeNpy(join(folder, 'pack.npy'), Uint8Array.from({ length: FILMS * SIDE * SIDE }, () => 256 * random.uniform()), [FILMS, SIDE, SIDE])
  await writeNpy(join(folder, 'labels.npy'), labels, [FILMS, LABELS.length])
  await writeNpy(join(folder, 'split.npy'), Uint8Array.from({ length: FILMS }, (_, i) => Number(i >= FILMS / 2)), [FILMS])
  await writeNpy(join(folder, 'metadata.npy'), encodePatients(patients), [FILMS, 5])
})
after(async () => {
  runtime.close()
  await rm(folder, { recursive: true })
})

const plan = (metadata?: string) => ({ run: 'r', config, pack: join(folder, 'pack.npy'), labels: join(folder, 'labels.npy'), split: join(folder, 'split.npy'), ...(metadata && { metadata }) })

for (const parts of [1, 2]) {
  test(`a label that only sex tells is learned from films of noise, ${parts === 1 ? 'in whole batches' : 'in micro-batches'}, and not without the patient`, async () => {
    const figures: number[] = []
    for (const metadata of [true, false]) {
      await using films = await Films.open(plan(metadata ? join(folder, 'metadata.npy') : undefined))
      const net = tinyNetwork({ metadata })
      const start = initialise(net, 1)
      const parameters = new Parameters(net, { network: start })
      const setting = { net, parameters, collectives: runtime.collectives, white: films.white, stage: 0, frozen: false, augment: false }
      const step = parts === 1 ? compileTrainStep(setting) : compileAccumulatingStep(setting, parts)
      for (let t = 0; t < 60; t++) {
        const batch = films.upload(await films.batch(films.train))
        const rest: [tf.Tensor1D, tf.Tensor1D, tf.Scalar] = [tf.tensor1d(controlsOf({ momentum: 0.9, groups: [0.03, 0.03, 0.03] }, t + 1)), tf.tensor1d(seedOf(1, t, { rank: 0, ranks: 1 }), 'int32'), tf.scalar(0)]
        tf.dispose(await step(batch.pixels, batch.targets, ...rest, ...batch.metadata))
        tf.dispose([batch, rest])
      }
      const { network } = await parameters.read()
      if (metadata) assert.ok(network.get(METADATA_WEIGHT)!.every((value, i) => Math.abs(value - start.get(METADATA_WEIGHT)![i]!) > 1e-6 || [1, 4].includes(i % 5)), 'the weights of age and sex have moved')
      const predict = compilePrediction(net, parameters, films.white)
      const unseen = films.upload(await films.batch(films.validation))
      const { logits } = await predict(unseen.pixels, ...unseen.metadata)
      figures.push(rocAuc(column((await logits.data()) as Float32Array, films.targets(films.validation), LABELS.length, 0))!)
      tf.dispose([unseen, logits])
      for (const part of [step, predict, parameters]) part.dispose()
    }
    assert.ok(figures[0]! > 0.99 && figures[1]! < 0.8, figures.join())
  })
}

test('a checkpoint belongs to its patients, and a table of another shape is refused', async () => {
  await using own = await Films.open(plan(join(folder, 'metadata.npy')))
  await using without = await Films.open(plan())
  assert.notEqual(own.hash, without.hash)
  await writeNpy(join(folder, 'other.npy'), new Float32Array(FILMS * 4), [FILMS, 4])
  await assert.rejects(Films.open(plan(join(folder, 'other.npy'))), { code: 'PACK_MISMATCH', file: join(folder, 'other.npy') })
})

for (const head of ['linear', 'concat-pool'] as const) {
  test(`${head}: age and sex change the logits by their columns alone, are in the file under their name, and ONNX says the same`, async () => {
    const net = architecture({ model: 'resnet18', head, metadata: true })
    const plain = architecture({ model: 'resnet18', head })
    const state = initialise(net, 2)
    const columns = head === 'linear' ? 14 : 512
    assert.deepEqual(net.entries.filter(({ name }) => !plain.entries.some((entry) => entry.name === name)), [{ name: METADATA_WEIGHT, role: 'linear', shape: [columns, 5] }])
    assert.equal(net.entries.filter(isTrained).reduce((sum, entry) => sum + sizeOf(entry), 0) - plain.entries.filter(isTrained).reduce((sum, entry) => sum + sizeOf(entry), 0), 5 * columns)
    const file = exportState(net, state, 0)
    assert.deepEqual(file.tensors.get(METADATA_WEIGHT)!.shape, [columns, 5])
    assert.deepEqual(importState(net, file, 'file'), state)
    assert.deepEqual(differences(plain, file, 'fixed').map(({ name }) => name), [METADATA_WEIGHT])

    const two = [patientOf(30, 'M'), patientOf(80, 'F')]
    const films = Uint8Array.from({ length: 2 * SIDE * SIDE }, (_, i) => ((i % (SIDE * SIDE)) * 37) % 256)
    const weights = (name: string) => ({ shape: file.tensors.get(name)!.shape, data: file.tensors.get(name)!.data as Float32Array })
    await writeFile(join(folder, 'net.onnx'), exportOnnx({ name: net.name, size: SIDE, weights }))
    await using session = await openSession(join(folder, 'net.onnx'), SIDE)
    const said = await session.run(films, encodePatients(two))
    const ours = tf.tidy(() => {
      const values = new Map(net.entries.map(({ name, shape }) => [name, tf.tensor(state.get(name)!, shape)]))
      const grey = tf.tensor4d(Float32Array.from(films), [2, SIDE, SIDE, 1]).div(255)
      const x = tf.tile(grey, [1, 1, 1, 3]).sub([0.485, 0.456, 0.406]).div([0.229, 0.224, 0.225]) as tf.Tensor4D
      return forward(net, x, { get: (name) => values.get(name)!, training: false }, tf.tensor2d(encodePatients(two), [2, 5])).dataSync<'float32'>()
    })
    said.logits.forEach((value, i) => assert.ok(Math.abs(value - ours[i]!) < 1e-4, `logit ${i}: ${value}, ${ours[i]}`))
    assert.ok(LABELS.some((_, i) => Math.abs(said.logits[i]! - said.logits[14 + i]!) > 1e-3), 'two patients with one film are told apart')
    assert.throws(() => net.top(tf.zeros([1, 1, 1, net.features]), { get: () => tf.zeros([1]), training: false }), /the film alone/)

    // The map is the gradient at the film's features: moving a feature by a little moves the logit by as much as the map says.
    const first = { channels: net.features, height: 1, width: 1, data: said.features.data.slice(0, net.features) }
    const activation = activationHead({ head, classifier: 'fc', metadata: true }, (name) => weights(name).data)
    const maps = activationMaps(first, (features) => activation(features, encodePatients(two.slice(0, 1))))
    const logitsAt = (scale: number): Float32Array => tf.tidy(() => {
      const values = new Map(net.entries.map(({ name, shape }) => [name, tf.tensor(state.get(name)!, shape)]))
      return net.top(tf.tensor4d(first.data.map((v) => v * scale), [1, 1, 1, net.features]), { get: (name) => values.get(name)!, training: false }, tf.tensor2d(encodePatients(two.slice(0, 1)), [1, 5])).dataSync<'float32'>()
    })
    const [more, less] = [logitsAt(1.001), logitsAt(0.999)]
    maps.forEach((value, i) => assert.ok(Math.abs((more[i]! - less[i]!) / 0.002 - value) < 0.05 * Math.max(1, Math.abs(value)), `${LABELS[i]}: ${(more[i]! - less[i]!) / 0.002}, ${value}`))
  })
}
