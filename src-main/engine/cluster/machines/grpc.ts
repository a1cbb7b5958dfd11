import type { MachineCluster } from '#shared/domain/run.ts'
import { addressOf } from './addresses.ts'

/** gRPC takes the proxy of the environment for its peers too, which are in the same network and no proxy would know. */
export function grpcEnvironment({ workers }: MachineCluster): Record<string, string> {
  return { no_grpc_proxy: workers.map((machine) => addressOf(machine).host).join() }
}
