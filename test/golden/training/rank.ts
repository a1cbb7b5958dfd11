/** A process that takes a few training steps over films of the golden run, alone or as a rank, and tells what came of them. */
import * as tf from '@tensorflow/tfjs'
import { architecture, type Architecture } from '#main/engine/model/architecture.ts'
import { keepInStep } from '#main/engine/runtime/compile.ts'
import { openRuntime, type Runtime } from '#main/engine/runtime/runtime.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { ModelName } from '#shared/domain/run.ts'
import { controlsOf } from '#main/engine/training/adamw.ts'
import { Parameters } from '#main/engine/training/parameters.ts'
import { compileTrainStep, seedOf } from '#main/engine/training/step.ts'
import { goldenDevice } from '../device.ts'
import { goldenState, uniforms } from '../model/weights.ts'

export interface Job {
  tasks?: string[]
  rank: number
  model: ModelName
  /** Norms by their running statistics. */
  evaluating?: boolean
  steps: number
  batch: number
  side: number
  lr: number
  /** Ranks of the golden run whose films this process takes, one after the other, as one batch. */
  films: number[]
  /** Elements of a bucket: the steps are taken anew, from the same weights, with each. */
  buckets?: number[]
}

export interface Result {
  /** Of this rank, by step. */
  losses: number[]
  /** Over all ranks. */
  means: number[]
  digest: string
  /** First values of each entry: parameters, statistics, first moments. */
  state: Record<string, number[]>
  moments: Record<string, number[]>
}

/** Norms by their running statistics in training too: then a film does not know of the others in its batch. */
function withRunningNorms(net: Architecture, parameters: () => Parameters): Architecture {
  const body: Architecture['body'] = (x, scope) => {
    const running = parameters().statistics.split()
    for (const { name, role } of net.entries.filter((entry) => entry.role === 'mean')) {
      const norm = name.replace(/\.running_mean$/, '')
      if (role === 'mean') scope.observe?.(norm, keepInStep(tf.clone(running.get(name)!)) as tf.Tensor1D, keepInStep(tf.clone(running.get(`${norm}.running_var`)!)) as tf.Tensor1D)
    }
    return net.body(x, { ...scope, training: false, get: (name) => running.get(name) ?? scope.get(name) })
  }
  return { ...net, body }
}

async function work({ tasks, ...job }: Job): Promise<Result[]> {
  const runtime = await openRuntime({ device: goldenDevice(job.rank), threads: { intra: 1, inter: 1 }, ...(tasks && { cluster: { tasks, index: job.rank } }) })
  const results: Result[] = []
  for (const [i, bucket] of (job.buckets ?? [Infinity]).entries()) results.push(await train(runtime, job, bucket, i))
  return results
}

/** @param stage each has reduction keys of its own */
async function train(runtime: Runtime, { rank, model, evaluating, steps, batch, side, lr, films }: Omit<Job, 'tasks'>, bucket: number, stage: number): Promise<Result> {
  const plain = architecture({ model, head: 'linear' })
  const net: Architecture = evaluating ? withRunningNorms(plain, () => parameters) : plain
  const parameters = new Parameters(net, { network: goldenState(plain) })
  const step = compileTrainStep({ net, parameters, collectives: runtime.collectives, frozen: false, augment: false, white: 255, stage, bucket })
  const [losses, means]: number[][] = [[], []]
  for (let done = 0; done < steps; done++) {
    const count = films.length * batch
    const all = (name: string, each: number, values: number): Float32Array =>
      Float32Array.from(films.flatMap((of) => [...uniforms(`${name} ${done} ${of}`, batch * each)].map((u) => Math.floor(u * values))))
    const pixels = tf.tensor4d(all('ddp films', side * side * 3, 256), [count, side, side, 3])
    const targets = tf.tensor2d(all('ddp labels', LABELS.length, 2), [count, LABELS.length])
    const controls = tf.tensor1d(controlsOf({ groups: [lr, lr, lr], momentum: 0.9 }, done + 1))
    const { own, all: shared } = await step(pixels, targets, controls, tf.tensor1d(seedOf(1, done, { rank }), 'int32'), tf.scalar(0))
    losses!.push(own.dataSync()[0]!)
    means!.push(shared.dataSync()[0]!)
  }
  const { network, m } = await parameters.read()
  const firsts = (values: ReadonlyMap<string, Float32Array>): Record<string, number[]> => Object.fromEntries([...values].map(([name, value]) => [name, [...value.slice(0, 6)]]))
  return { losses: losses!, means: means!, digest: (await parameters.digest()).toString('hex'), state: firsts(network), moments: firsts(m) }
}

process.on('message', (job: Job) => {
  void work(job).then((result) => process.send!(result, () => process.exit(0)))
})
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
