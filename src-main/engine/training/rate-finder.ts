import * as tf from '@tensorflow/tfjs'
import type { Outcome } from '../cluster/protocol.ts'
import type { TrainerChannel } from '../cluster/trainer-channel.ts'
import { controlsOf } from './adamw.ts'
import { Feed } from './feed.ts'
import { Parameters } from './parameters.ts'
import { RateCurve, SWEEP, sweepRate } from './rates.ts'
import { GROUPS } from './schedule.ts'
import { openStep, type Setup } from './setup.ts'
import { startState } from './start.ts'
import { KEYS, seedOf } from './step.ts'

/** fastai's default, where no schedule sets it. */
const MOMENTUM = 0.9

/** Trains from the start weights at rates that rise until the loss runs away; tells each step, and keeps nothing of what was learned. */
export async function findRate(setup: Setup, channel: TrainerChannel): Promise<Outcome> {
  const { plan, net, films, runtime, sharding, stepsPerEpoch } = setup
  const parameters = new Parameters(net, { network: await startState(plan, net) })
  await parameters.broadcast(runtime.collectives, KEYS.broadcast)
  const train = openStep(setup, parameters, { stage: 0, frozen: false })
  const feed = new Feed(films, plan.config.seed, sharding)
  const curve = new RateCurve()
  for (let step = 0; step < SWEEP.steps; step++) {
    const lr = sweepRate(step)
    const rates = { groups: Array<number>(GROUPS).fill(lr), momentum: MOMENTUM }
    const [epoch, offset] = [Math.floor(step / stepsPerEpoch) + 1, step % stepsPerEpoch]
    const batch = await feed.read({ stage: 0, epoch, offset, stepInStage: step, rates })
    const { pixels, targets, metadata } = films.upload(batch)
    const rest = [tf.tensor1d(controlsOf(rates, step + 1)), tf.tensor1d(seedOf(plan.config.seed, step, sharding), 'int32'), tf.scalar(channel.stopRequested() === undefined ? 0 : 1)] as const
    const began = performance.now()
    const { own, all } = await train(pixels, targets, ...rest, ...metadata)
    const [[loss], [mean, stopping]] = (await Promise.all([own.data(), all.data()])) as [Float32Array, Float32Array]
    tf.dispose([pixels, targets, metadata, ...rest, own, all])
    channel.send({ type: 'step', step: step + 1, epoch, loss: loss!, lr, imagesPerSecond: (1000 * batch.size) / (performance.now() - began) })
    if (stopping! > 0) return 'stopped'
    // Ranks agree on the end, as all see the mean over all.
    if (curve.add(lr, mean!)) break
  }
  return 'done'
}
