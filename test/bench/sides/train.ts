/** Our training step on pixels that stay in memory: upload, normalise, forward, loss, gradients, AdamW, running statistics. */
import * as tf from '@tensorflow/tfjs'
import { Mersenne } from '#main/engine/data/mersenne.ts'
import { architecture } from '#main/engine/model/architecture.ts'
import { initialise } from '#main/engine/model/initialise.ts'
import { fromPixels } from '#main/engine/runtime/ops/upload.ts'
import { openRuntime } from '#main/engine/runtime/runtime.ts'
import { controlsOf } from '#main/engine/training/adamw.ts'
import { Parameters } from '#main/engine/training/parameters.ts'
import { compileTrainStep, seedOf } from '#main/engine/training/step.ts'
import { serve, setting } from '../serve.ts'

export interface TrainSetting {
  batch: number
  size: number
  threads: number
  bf16?: boolean
  tasks?: string[]
  rank?: number
}

const { batch, size, threads, bf16, tasks, rank = 0 } = setting<TrainSetting>()
const opening = performance.now()
const runtime = await openRuntime({ threads: { intra: threads, inter: 1 }, ...(tasks && { cluster: { tasks, index: rank } }) })
const opened = performance.now()
const net = architecture({ model: 'densenetblur121d', head: 'linear' })
const parameters = new Parameters(net, { network: initialise(net, 1) })
const step = compileTrainStep({ net, parameters, collectives: runtime.collectives, frozen: false, augment: false, white: 255, stage: 0, bf16 })

const random = new Mersenne(7 + rank)
const pixels = Uint8Array.from({ length: batch * size * size }, () => 256 * random.uniform())
const labels = Float32Array.from({ length: batch * 14 }, () => Number(random.uniform() < 0.3))
const rates = { momentum: 0.9, groups: [1e-4, 1e-4, 1e-4] }
let t = 0

async function once(): Promise<number> {
  const inputs = [
    fromPixels<tf.Tensor4D>(pixels, [batch, size, size, 1]), tf.tensor2d(labels, [batch, 14]), tf.tensor1d(controlsOf(rates, ++t)),
    tf.tensor1d(seedOf(1, t, { rank, ranks: tasks?.length ?? 1 }), 'int32'), tf.scalar(0),
  ] as const
  const { own, all } = await step(...inputs)
  const [loss] = (await own.data()) as Float32Array
  tf.dispose([...inputs, own, all])
  return loss!
}

const began = performance.now()
const loss = await once()
await serve({ loss, openSeconds: (opened - opening) / 1000, firstSeconds: (performance.now() - began) / 1000, tensorflow: runtime.version }, once)
process.exit(0)
