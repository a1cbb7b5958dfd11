import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { architecture } from '../model/architecture.ts'
import { initialise } from '../model/initialise.ts'
import { fromPixels } from '../runtime/ops/upload.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'
import { controlsOf } from './adamw.ts'
import { evaluate } from './evaluation.ts'
import { Parameters } from './parameters.ts'
import { oneCycle, stages } from './schedule.ts'
import { compilePrediction, compileTrainStep, seedOf } from './step.ts'
import { sampleFilms } from './testing/films.ts'

const [FILMS, SIDE, STEPS] = [16, 64, 60]

let runtime: Runtime
before(async () => void (runtime = await openRuntime({ device: 'cpu', threads: { intra: 2, inter: 1 } })))
after(() => runtime.close())

test('sixteen real films are learned by heart from random weights within 60 steps, and no step leaks', async () => {
  const { pixels, labels } = await sampleFilms(FILMS, SIDE)
  const net = architecture({ model: 'densenetblur121d', head: 'linear' })
  const parameters = new Parameters(net, { network: initialise(net, 1) })
  const setting = { net, parameters, collectives: runtime.collectives, frozen: false, augment: false, white: 255, stage: 0 }
  const step = compileTrainStep(setting)
  const predict = compilePrediction(net, parameters, 255)
  const [stage] = stages({ preset: 'as-described', epochs: STEPS, lr: 1e-3, pretrained: false })
  const films = fromPixels<tf.Tensor4D>(pixels, [FILMS, SIDE, SIDE, 1])
  const targets = tf.tensor2d(Float32Array.from(labels), [FILMS, 14])

  const train = async (done: number): Promise<number> => {
    const controls = tf.tensor1d(controlsOf(oneCycle(stage!, done / STEPS), done + 1))
    const seed = tf.tensor1d(seedOf(1, done, { rank: 0, ranks: 1 }), 'int32')
    const stop = tf.scalar(0)
    const { own, all } = await step(films, targets, controls, seed, stop)
    const [loss] = await own.data()
    tf.dispose([controls, seed, stop, own, all])
    return loss!
  }
  const auc = async (): Promise<number> => {
    const { logits } = await predict(films)
    const { auc: { macro } } = evaluate((await logits.data()) as Float32Array, labels)
    logits.dispose()
    return macro!
  }

  const first = await train(0)
  const before = await auc()
  const held = [runtime.memory().tensors, tf.memory().numTensors]
  let [macro, loss] = [before, first]
  for (let done = 1; done < STEPS && macro < 0.95; done++) {
    loss = await train(done)
    if (done % 5 === 0) macro = await auc()
  }
  assert.ok(before < 0.8, `nothing was to be learned: ${before}`)
  assert.ok(macro >= 0.95, `macro AUC ${macro}, loss ${first} to ${loss}`)
  assert.deepEqual([runtime.memory().tensors, tf.memory().numTensors], held)
})
