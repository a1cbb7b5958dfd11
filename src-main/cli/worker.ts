import { CodedError } from '#shared/errors.ts'
import { CLUSTER_HELP, CLUSTER_OPTIONS, clusterOf, tellEnd } from './cluster.ts'
import { command } from './command.ts'

export const worker = command({
  name: 'worker',
  summary: 'Train with another machine, in one run after another until Ctrl+C; TF_CONFIG says who this machine is',
  usage: '[--bind ADDRESS] [--join-timeout 300]',
  details: CLUSTER_HELP,
  arguments: [0, 0],
  options: CLUSTER_OPTIONS,
  async run(_args, values, context) {
    const cluster = clusterOf(values)
    if (!cluster) throw new CodedError('TF_CONFIG_MISSING', 'TF_CONFIG names no cluster of several machines.', { remedy: 'See `xclassifier worker --help`.' })
    if (cluster.index === 0) throw new CodedError('TF_CONFIG_INVALID', 'By TF_CONFIG this is machine 0, which starts the run.', { remedy: 'Run `xclassifier train` here, or give this machine another index.' })
    try {
      await context.services().training.serveChief(cluster, context, (end) => {
        tellEnd(context, end)
        context.say(`Run ${end.run} is over: ${end.error?.message ?? end.outcome}`)
      })
    } catch (error) {
      if (!context.signal.aborted) throw error
    }
    return { json: null, text: '' }
  },
})
