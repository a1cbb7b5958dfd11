/** Whether a machine that wants to join is one of the run, and was asked for the same. */
import type { MachineCluster, RunConfig } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { capital, nameOf } from './addresses.ts'
import { type Hello, PROTOCOL } from './messages.ts'

export interface Terms {
  cluster: MachineCluster
  /** Of the program, and of libtensorflow. */
  version: string
  tensorflow: string | null
  config: RunConfig
  /** Processes of each machine. */
  ranks: number
}

/** @throws CodedError MACHINES_DIFFER, MACHINE_GPUS, and TASK_TAKEN for a second chief */
export function admit(hello: Hello, { cluster, version, tensorflow, config, ranks }: Terms): void {
  const { workers } = cluster
  const name = nameOf(workers, hello.index)
  if (hello.workers.join() !== workers.join()) throw differ(`The machine's cluster is ${hello.workers.join(', ')}, the chief's is ${workers.join(', ')}.`, 'Give all machines the same list.')
  if (hello.index === 0) throw taken(workers, 0)
  if (hello.protocol !== PROTOCOL || hello.version !== version) throw differ(`On ${name} the program is version ${hello.version}, on the chief ${version}.`, 'Install the same version on all machines.')
  if (hello.tensorflow && tensorflow && hello.tensorflow !== tensorflow) throw differ(`On ${name} libtensorflow is version ${hello.tensorflow}, on the chief ${tensorflow}.`, 'Install the same version on all machines.')
  if (config.device === 'gpu' && hello.gpus < ranks) {
    throw new CodedError('MACHINE_GPUS', `${capital(name)} has ${hello.gpus} GPUs, and the run is to use ${ranks} of each machine.`, { remedy: 'Ask for fewer with --workers.' })
  }
  if (hello.request) compareRequests(name, hello.request, config, ranks)
}

export const taken = (workers: readonly string[], index: number): CodedError =>
  new CodedError('TASK_TAKEN', `Another machine has joined as ${nameOf(workers, index)}: two tasks have the index ${index}.`, { remedy: 'Give every machine an index of its own in TF_CONFIG.' })

/** What a machine may name in its own words, or not at all. */
const OWN_WORDS = new Set(['dataset', 'name', 'init', 'cluster', 'device', 'allowLeakage'])
/** What follows from a machine where it is left out. */
const OF_MACHINE = new Set(['workers', 'batch', 'threads'])

/** @throws CodedError MACHINES_DIFFER naming the first option that is another */
function compareRequests(name: string, request: Record<string, unknown>, config: RunConfig, ranks: number): void {
  const chosen: Record<string, unknown> = { ...config, workers: ranks }
  for (const [key, asked] of Object.entries(request)) {
    const left = asked === null || asked === undefined
    if (OWN_WORDS.has(key) || (left && OF_MACHINE.has(key)) || canonical(asked) === canonical(chosen[key])) continue
    throw differ(`${capital(name)} was started with ${key} ${shown(asked)}, the chief with ${shown(chosen[key])}.`, 'Start all machines with the same options; `xclassifier worker` takes those of the chief.')
  }
}

const canonical = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, inner: unknown) => (typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort()) : inner))

const shown = (value: unknown): string => (value === undefined || value === null ? 'left out' : JSON.stringify(value))

const differ = (message: string, remedy: string): CodedError => new CodedError('MACHINES_DIFFER', message, { remedy })
