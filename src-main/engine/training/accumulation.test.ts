import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { LABELS } from '#shared/domain/labels.ts'
import { Mersenne } from '../data/mersenne.ts'
import { initialise } from '../model/initialise.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'
import { compileAccumulatingStep } from './accumulation.ts'
import { controlsOf } from './adamw.ts'
import { Parameters } from './parameters.ts'
import { compileTrainStep, type StepSetting } from './step.ts'
import { tinyNetwork } from './testing/network.ts'

const [SIDE, STEPS] = [8, 4]
const net = tinyNetwork()

let runtime: Runtime
before(async () => void (runtime = await openRuntime({ device: 'cpu' })))
after(() => runtime.close())

/** Losses of some steps and the weights after them, in batches of noise cut into `parts`; `same`: one film again and again. */
async function learn(parts: number, changes: Partial<StepSetting> = {}, images = 6, same = false) {
  const random = new Mersenne(4)
  const noise = (each: number, scale: number): Float32Array => {
    const one = (): number[] => Array.from({ length: each }, () => scale * random.uniform())
    const first = one()
    return Float32Array.from([first, ...Array.from({ length: images - 1 }, () => (same ? first : one()))].flat())
  }
  const parameters = new Parameters(net, { network: initialise(net, 2) })
  const setting: StepSetting = { net, parameters, collectives: runtime.collectives, frozen: false, augment: false, white: 255, stage: 0, ...changes }
  const step = parts === 1 ? compileTrainStep(setting) : compileAccumulatingStep(setting, parts)
  const losses: number[] = []
  const held: number[] = []
  for (let done = 0; done < STEPS; done++) {
    const pixels = tf.tensor4d(noise(SIDE * SIDE * 3, 255), [images, SIDE, SIDE, 3])
    const targets = tf.tensor2d(noise(LABELS.length, 1).map(Math.round), [images, LABELS.length])
    const rest = [tf.tensor1d(controlsOf({ groups: [0.01, 0.01, 0.01], momentum: 0.9 }, done + 1)), tf.tensor1d([1, done], 'int32'), tf.scalar(0)] as const
    const { own, all } = await step(pixels, targets, ...rest)
    losses.push(own.dataSync()[0]!)
    assert.equal(all.dataSync()[0], losses.at(-1))
    tf.dispose([pixels, targets, ...rest, own, all])
    held.push(runtime.memory().tensors)
  }
  const { network } = await parameters.read()
  step.dispose()
  return { losses, network, held }
}

test('micro-batches of one step learn what one batch of them all learns', async () => {
  const whole = await learn(1)
  for (const parts of [2, 3, 6]) {
    const { losses, network, held } = await learn(parts)
    losses.forEach((loss, i) => assert.ok(Math.abs(loss - whole.losses[i]!) < 1e-5, `${parts} parts, step ${i}: ${loss} is not ${whole.losses[i]}`))
    for (const { name, role } of net.entries.filter(({ role }) => role !== 'mean' && role !== 'variance')) {
      network.get(name)!.forEach((value, i) => assert.ok(Math.abs(value - whole.network.get(name)![i]!) < 2e-5, `${parts} parts, ${role} ${name} [${i}]`))
    }
    assert.equal(held.at(-1), held[1], `${parts} parts leak`)
  }
})

test('clipping sees the mean of the micro-batches, not each of them', async () => {
  const [whole, cut] = [await learn(1, { clipNorm: 1e-5 }), await learn(3, { clipNorm: 1e-5 })]
  const worst = Math.max(...whole.network.get('conv.weight')!.map((value, i) => Math.abs(value - cut.network.get('conv.weight')![i]!)))
  assert.ok(worst < 1e-5, `${worst}`)
})

test('running statistics move with each micro-batch', async () => {
  const [whole, cut] = [await learn(1), await learn(3)]
  const [start, one, three] = [initialise(net, 2), whole.network, cut.network].map((state) => state.get('seen.running_mean')!)
  const moved = (to: Float32Array): number => Math.hypot(...to.map((value, i) => value - start![i]!))
  assert.ok(moved(three!) > 1.5 * moved(one!), `${moved(three!)} and ${moved(one!)}`)
})

test('each micro-batch draws its own augmentation', async () => {
  const losses = async (augment: boolean): Promise<[number, number]> => [(await learn(1, { augment }, 1, true)).losses[0]!, (await learn(6, { augment }, 6, true)).losses[0]!]
  const [alone, again] = await losses(false)
  assert.ok(Math.abs(alone - again) < 1e-6)
  const [once, six] = await losses(true)
  assert.ok(Math.abs(once - six) > 1e-5, `${once} and ${six}`)
})
