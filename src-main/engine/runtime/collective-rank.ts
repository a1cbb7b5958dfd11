/** A rank for collectives.test.ts: does over the channel of the fork what the test tells it. */
import * as tf from '@tensorflow/tfjs'
import { toErrorShape } from '#shared/errors.ts'
import { compile, type CompiledStep } from './compile.ts'
import { openRuntime, type Runtime } from './runtime.ts'
import { ResourceVariable } from './variable.ts'

export type RankCommand =
  | { do: 'open'; tasks: string[]; index: number; timeout: number; listen?: string }
  /** Two reductions of [value, 2 value] in one step, the second added to a variable; returns both and the variable. */
  | { do: 'reduce'; value: number }
  | { do: 'broadcast'; value: number }
  | { do: 'abort' }
  | { do: 'rearm' }

let runtime: Runtime
let state: ResourceVariable
let step: CompiledStep<[tf.Tensor1D], tf.Tensor[]>

async function open({ tasks, index, timeout, listen }: RankCommand & { do: 'open' }): Promise<void> {
  runtime = await openRuntime({ threads: { intra: 1 }, cluster: { tasks, index }, collectiveTimeoutSeconds: timeout, ...(listen && { listen }) })
  state = new ResourceVariable(tf.zeros([2]), 'state')
  step = compile((x: tf.Tensor1D) => {
    const first = runtime.collectives.allReduceMean(x, 1)
    const second = runtime.collectives.allReduceMean(tf.square(x), 2)
    state.assignAdd(second)
    return [first, second, state.read()]
  }, 'reduce')
}

async function perform(command: RankCommand): Promise<number[][]> {
  switch (command.do) {
    case 'open':
      await open(command)
      return []
    case 'reduce':
      return (await step(tf.tensor1d([command.value, 2 * command.value]))).map((t) => [...t.dataSync()])
    case 'broadcast':
      return (await runtime.collectives.broadcast([tf.fill([3], command.value), tf.scalar(command.value)], 100)).map((t) => [...t.dataSync()])
    case 'abort':
      runtime.abortCollectives('rank 1 is gone')
      return []
    case 'rearm':
      runtime.rearm()
      return []
  }
}

process.on('message', ({ id, ...command }: RankCommand & { id: number }) => {
  perform(command)
    .then((values) => process.send!({ id, values }))
    .catch((error: unknown) => process.send!({ id, error: toErrorShape(error), state: [...(state?.read().dataSync() ?? [])] }))
})
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
