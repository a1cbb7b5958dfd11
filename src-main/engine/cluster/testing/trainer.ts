/**
 * A small real trainer for the cluster's tests: linear regression by gradient descent on TensorFlow, data parallel, with a
 * checkpoint at every fifth step. `options.json` in the folder of the run tells it what to do.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs'
import { compile } from '#main/engine/runtime/compile.ts'
import { openRuntime } from '#main/engine/runtime/runtime.ts'
import { ResourceVariable } from '#main/engine/runtime/variable.ts'
import { CodedError } from '#shared/errors.ts'
import type { Assignment } from '../protocol.ts'
import { parentPort, serveTrainer, type TrainerChannel } from '../trainer-channel.ts'

export interface TrainerOptions {
  steps: number
  stepMs: number
  /** Rank that throws, and how, at step 3. */
  fail?: { rank: number; how: 'coded' | 'exit' }
}

interface Checkpoint {
  step: number
  weights: number[]
}

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T

function misbehave({ fail }: TrainerOptions, { rank }: Assignment, step: number): void {
  if (step !== 3 || fail?.rank !== rank) return
  if (fail.how === 'exit') process.exit(7)
  throw new CodedError('PACK_MISSING', 'The data set is gone.', { file: 'films.npy' })
}

serveTrainer(parentPort(), async (assignment: Assignment, channel: TrainerChannel) => {
  const { folder, rank, worldSize, tasks, run } = assignment
  const options = read<TrainerOptions>(join(folder, 'options.json'))
  const file = join(folder, 'checkpoint.json')
  const runtime = await openRuntime({ ...assignment, cluster: tasks && { tasks, index: rank } })
  const { collectives } = runtime
  channel.aborted!.addEventListener('abort', () => runtime.abortCollectives('another rank is gone'))
  const from: Checkpoint = assignment.resume && existsSync(file) ? read(file) : { step: 0, weights: [0, 0] }
  const weights = new ResourceVariable(tf.tensor1d(from.weights), 'weights')
  const x = tf.tensor2d(Array.from({ length: 16 }, (_, i) => [1, Math.sin(i + 16 * rank)]))
  const y = tf.add(tf.mul(x.slice([0, 1], [16, 1]).reshape([16]), 3), 1 + rank) as tf.Tensor1D

  const step = compile((stop: tf.Scalar) => {
    const loss = (w: tf.Tensor): tf.Scalar => tf.mean(tf.square(tf.sub(tf.dot(x, w), y))) as tf.Scalar
    const { value, grad } = tf.valueAndGrad(loss)(weights.read())
    const stopping = collectives.allReduceSum(stop, 2)
    weights.assignSub(tf.mul(collectives.allReduceMean(grad, 1), 0.1))
    return { loss: value, stopping, weights: weights.read() }
  }, 'step')

  const save = (at: number, values: ArrayLike<number>): void => {
    if (rank !== 0) return
    writeFileSync(`${file}.tmp`, JSON.stringify({ step: at, weights: [...Array.from(values)] }))
    renameSync(`${file}.tmp`, file)
    channel.send({ type: 'event', event: { event: 'checkpoint', path: file, step: at, best: false } })
  }
  for (let n = from.step + 1; n <= options.steps; n++) {
    misbehave(options, assignment, n)
    const result = await step(tf.scalar(channel.stopRequested() === undefined ? 0 : 1))
    const [loss, stopping, values] = [result.loss, result.stopping, result.weights].map((t) => t.dataSync())
    channel.send({ type: 'step', step: n, epoch: 1, loss: loss![0]!, lr: 0.1, imagesPerSecond: 16 })
    if (n % 5 === 0 || stopping![0]! > 0 || n === options.steps) save(n, values!)
    if (stopping![0]! > 0) {
      if (rank === 0) channel.send({ type: 'event', event: { event: 'stopped', run, step: n, reason: 'asked' } })
      return 'stopped'
    }
    await sleep(options.stepMs)
  }
  if (rank === 0) channel.send({ type: 'event', event: { event: 'log', level: 'info', message: `done over ${worldSize}` } })
  return 'done'
})
