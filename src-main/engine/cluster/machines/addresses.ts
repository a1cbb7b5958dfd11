/** Where the machines of a cluster are, and which of their ports are for what. */
import { lookup } from 'node:dns/promises'
import { BlockList } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MachineCluster } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'

export interface Address {
  host: string
  port: number
}

export function addressOf(machine: string): Address {
  const colon = machine.lastIndexOf(':')
  return { host: machine.slice(0, colon), port: Number(machine.slice(colon + 1)) }
}

/**
 * Address of TensorFlow's server of each rank. The machine's own port is for the machines' talk; its ranks have the ports after it, without
 * those that other tasks on the same host have.
 * @param machines `host:port` of each
 * @param ranks of each machine
 */
export function rankAddresses(machines: readonly string[], ranks: number): string[] {
  const taken = new Set(machines)
  return machines.flatMap((machine) => {
    const { host, port } = addressOf(machine)
    let next = port
    return Array.from({ length: ranks }, () => {
      do next++
      while (taken.has(`${host}:${next}`))
      if (next > 65_535) throw new CodedError('MACHINE_PORT', `After ${machine} there are no ${ranks} ports for its processes.`, { remedy: 'Choose a lower port.' })
      taken.add(`${host}:${next}`)
      return `${host}:${next}`
    })
  })
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** How long a name may be unknown. Within Kubernetes names appear as their pods start. */
const UNKNOWN_MS = process.env['KUBERNETES_SERVICE_HOST'] ? Infinity : 5000

/** IP address of a machine; waits a while for its name to be known. @throws CodedError MACHINE_UNKNOWN */
export async function resolveHost(machine: string, { deadline, signal }: { deadline: number; signal?: AbortSignal }): Promise<string> {
  const { host } = addressOf(machine)
  const last = Math.min(deadline, performance.now() + UNKNOWN_MS)
  for (;;) {
    try {
      return (await lookup(host)).address
    } catch (cause) {
      signal?.throwIfAborted()
      if (performance.now() < last) await sleep(500, undefined, { signal })
      else throw new CodedError('MACHINE_UNKNOWN', `The host "${host}" of ${machine} is not known (${(cause as NodeJS.ErrnoException).code ?? 'no answer'}).`, { remedy: 'Correct its name in the cluster (TF_CONFIG), or enter it in DNS or in the hosts file.', cause })
    }
  }
}

/**
 * The address of this machine to listen at: loopback unless the user says otherwise, since neither the machines' talk nor TensorFlow's has
 * authentication.
 * @throws CodedError MACHINE_BIND where other machines could not reach it, MACHINE_UNKNOWN
 */
export async function listenAddress({ workers, index, bind }: MachineCluster, deadline: number): Promise<string> {
  if (bind !== undefined) return resolveHost(`${bind}:0`, { deadline })
  const own = workers[index]!
  const address = await resolveHost(own, { deadline })
  if (loopback.check(address, address.includes(':') ? 'ipv6' : 'ipv4')) return address
  throw new CodedError('MACHINE_BIND', `Other machines are to reach this one at ${own} (${address}), but without --bind it listens at loopback only.`, {
    remedy: 'Where the network is trusted, say --bind ADDRESS (0.0.0.0 is every address of this machine): the channel has no authentication.',
  })
}

/** The machine as people know it. */
export const nameOf = (workers: readonly string[], index: number): string => `machine ${index} (${workers[index]})`
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
