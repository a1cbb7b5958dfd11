import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { Precision, RunConfig } from '#shared/domain/run.ts'
import { Films } from '../data/films.ts'
import { architecture } from '../model/architecture.ts'
import { initialise } from '../model/initialise.ts'
import { readPlan } from '../plan.ts'
import { bf16Instructions } from '../runtime/cpu.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'
import { coded } from '../runtime/testing.ts'
import { controlsOf } from './adamw.ts'
import { Parameters } from './parameters.ts'
import { usesBf16 } from './precision.ts'
import { compileTrainStep } from './step.ts'
import { noiseRun } from './testing/films.ts'

const net = architecture({ model: 'densenet121d', head: 'linear' })
const config = {
  dataset: 'd', split: 'patient', splitSeed: 1, ratios: [80, 10, 10], policy: { uncertain: 'zeros', blank: 'zeros', dropWithoutPositive: false },
  model: 'densenet121d', head: 'linear', preset: 'as-described', epochs: 1, batch: 4, workers: 1, device: 'cpu', size: 64, lr: 1e-3, seed: 3, init: 'random',
  augment: 'none', maxRestarts: 0,
} satisfies RunConfig

let folder: string
let runtime: Runtime
let films: Films
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'precision-'))
  await noiseRun(folder, 8, { run: 'r', config })
  films = await Films.open(await readPlan(folder))
  runtime = await openRuntime({ device: 'cpu', threads: { intra: 2, inter: 1 } })
})
after(async () => {
  runtime.close()
  await films[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const asFound = (found: boolean | undefined): [] | [() => Promise<boolean>] => (found === undefined ? [] : [() => Promise.resolve(found)])
const ask = (precision: Precision | undefined, found?: boolean, device: 'cpu' | { gpu: number } = 'cpu'): Promise<boolean> =>
  usesBf16({ config: { ...config, ...(precision && { precision }) }, net, films, runtime, device }, ...asFound(found))

test('bfloat16 is used where it was asked for, and refused where the processor has none', async () => {
  assert.equal(await ask(undefined, true), false)
  assert.equal(await ask('fp32', true), false)
  assert.equal(await ask('bf16', true), true)
  assert.equal(await ask('bf16', true, { gpu: 1 }), true)
  // A trial by the clock may end either way.
  assert.equal(await usesBf16({ config: { ...config, precision: 'auto', deterministic: true }, net, films, runtime, device: 'cpu' }, ...asFound(true)), false)
  await assert.rejects(ask('bf16', false), coded('BF16_UNAVAILABLE', /neither avx512_bf16 nor amx_bf16/))
  await assert.rejects(ask('bf16', false, { gpu: 1 }), coded('BF16_UNAVAILABLE', /GPU 1 has no bfloat16/))
  assert.equal(await ask('auto', false), false)
})

test('a trial decides and leaves nothing behind', async () => {
  await ask('auto') // what opens with the first step stays
  const [live, tensors] = [runtime.memory().tensors, tf.memory().numTensors]
  assert.equal(typeof (await ask('auto')), 'boolean')
  assert.deepEqual([runtime.memory().tensors, tf.memory().numTensors], [live, tensors])
})

test('the flags of this processor are read off the list that Linux gives', () => {
  assert.deepEqual(bf16Instructions(() => 'processor : 0\nflags\t\t: fpu avx512_bf16 amx_bf16_not\nbugs :\n'), ['avx512_bf16'])
  assert.deepEqual(bf16Instructions(() => 'flags : fpu avx2\n'), [])
  assert.deepEqual(bf16Instructions(() => { throw new Error('no such file') }), [])
})

// Where the processor has none, TensorFlow computes bfloat16 slowly or leaves the graph as it is: the losses are close all the same.
test('steps of one network in both precisions, side by side in one process, lose nearly the same', async () => {
  const losses: number[][] = []
  for (const bf16 of [false, true]) {
    const parameters = new Parameters(net, { network: initialise(net, 5) })
    const step = compileTrainStep({ net, parameters, collectives: runtime.collectives, white: 255, stage: 0, frozen: false, augment: false, bf16 })
    const { pixels, targets } = films.upload(await films.batch(films.train.subarray(0, 4)))
    const own: number[] = []
    for (let t = 1; t <= 4; t++) {
      const inputs = [tf.tensor1d(controlsOf({ momentum: 0.9, groups: [1e-3, 1e-3, 1e-3] }, t)), tf.tensor1d([1, t], 'int32'), tf.scalar(0)] as const
      const result = await step(pixels, targets, ...inputs)
      own.push(((await result.own.data()) as Float32Array)[0]!)
      tf.dispose([...inputs, result.own, result.all])
    }
    losses.push(own)
    tf.dispose([pixels, targets])
    step.dispose()
    parameters.dispose()
  }
  const [full, half] = losses as [number[], number[]]
  full.forEach((loss, i) => assert.ok(Math.abs(half[i]! - loss) < 0.05 * loss, `step ${i}: ${half[i]} in bfloat16, ${loss} in float32`))
  if (bf16Instructions().length) assert.notDeepEqual(half, full)
})
