/** Mean of one buffer over the ranks, by TensorFlow's ring. */
import * as tf from '@tensorflow/tfjs'
import { compile } from '#main/engine/runtime/compile.ts'
import { openRuntime } from '#main/engine/runtime/runtime.ts'
import { serve, setting } from '../serve.ts'

export interface ReduceSetting {
  bytes: number
  tasks: string[]
  rank: number
}

const { bytes, tasks, rank } = setting<ReduceSetting>()
const { collectives } = await openRuntime({ threads: { intra: 1, inter: 1 }, cluster: { tasks, index: rank } })
const buffer = tf.ones([bytes / 4]) as tf.Tensor1D
const reduce = compile((x: tf.Tensor1D) => collectives.allReduceMean(x, 1), 'reduce')
const once = async (): Promise<void> => (await reduce(buffer)).dispose()
await once()
await serve({}, once)
process.exit(0)
