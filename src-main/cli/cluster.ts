import type { MachineCluster } from '#shared/domain/run.ts'
import { fromErrorShape } from '#shared/errors.ts'
import { readTfConfig } from '#main/engine/cluster/machines/tf-config.ts'
import { participationError } from '#main/engine/cluster/machines/member.ts'
import type { Participation } from '#main/engine/cluster/machines/member.ts'
import type { JoinRequest } from '#main/services/training/joining.ts'
import type { Context, Outcome } from './command.ts'
import { numberOf } from './command.ts'

export const CLUSTER_OPTIONS = { bind: { type: 'string' }, 'join-timeout': { type: 'string' } } as const

/** What `train --help` and `worker --help` say of several machines. */
export const CLUSTER_HELP = `Several machines: every one has the same cluster and its own task in the variable TF_CONFIG, as any worker of TensorFlow:

  export TF_CONFIG='{"cluster": {"worker": ["host-a:4000", "host-b:4000"]}, "task": {"type": "worker", "index": 0}}'

Machine 0 runs \`xclassifier train N ...\`; it has the data set, and keeps the run, its checkpoints and its model. The others (index 1, 2, ...)
run \`xclassifier worker\`, or the same \`xclassifier train N ...\` with equal options. They need no data set: plan and films come from machine 0,
unless a shared drive has them under the same path. --workers counts the processes of each machine.

  --bind ADDRESS           listen at this address of the machine; 0.0.0.0 is every one. Default: loopback, which no other machine reaches
  --join-timeout SECONDS   until every machine has to be there (300)

Ports: the one in TF_CONFIG on machine 0, and after it one for each process, on every machine (4001, ...).
Neither this channel nor TensorFlow's own has authentication or encryption: whoever reaches the ports can read the films and run code.
Bind to an address of a trusted network only, and close the ports to all others. More in docs/cluster.md.`

/** The cluster that TF_CONFIG and the options name; undefined for this machine alone. @throws TF_CONFIG_JSON, TF_CONFIG_INVALID, USAGE */
export function clusterOf(values: { bind?: string | undefined; 'join-timeout'?: string | undefined }, env = process.env): MachineCluster | undefined {
  const { bind, 'join-timeout': seconds } = values
  const joinTimeout = seconds === undefined ? undefined : numberOf('join-timeout', seconds, { min: 1, max: 86_400, integer: true })
  const cluster = env['TF_CONFIG']?.trim() ? readTfConfig(env['TF_CONFIG']) : undefined
  return cluster && { ...cluster, ...(bind !== undefined && { bind }), ...(joinTimeout !== undefined && { joinTimeout }) }
}

/** This machine's part in the run of another one. @throws why it failed */
export async function takePart(context: Context, cluster: MachineCluster, request: JoinRequest): Promise<Outcome> {
  const end = await context.services().training.takePart(cluster, request, context)
  tellEnd(context, end)
  if (end.outcome === 'failed') throw participationError(end)
  return { json: null, text: `Run ${end.run} of ${cluster.workers[0]} is ${end.outcome === 'done' ? 'finished' : 'stopped'}` }
}

export function tellEnd({ stream }: Context, { run, outcome, error }: Participation): void {
  stream({ event: 'ended', run, outcome, ...(error && { error: fromErrorShape(error).message }) })
}
