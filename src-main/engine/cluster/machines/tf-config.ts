/**
 * The TF_CONFIG variable, by which Kubeflow, cloud trainers and wrappers of Slurm tell a TensorFlow worker who it is:
 * `{"cluster": {"chief": ["a:2222"], "worker": ["b:2222", ...]}, "task": {"type": "worker", "index": 0}}`. The chief, where there is
 * one, comes before the workers (https://www.tensorflow.org/guide/distributed_training#setting_up_the_tf_config_environment_variable).
 */
import type { MachineCluster } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'

const CHIEFS = ['chief', 'master']
const ADDRESS = /^[^\s:/]+:(\d{1,5})$/

/** @returns undefined where it names one machine alone. @throws CodedError TF_CONFIG_JSON, TF_CONFIG_INVALID */
export function readTfConfig(text: string): MachineCluster | undefined {
  const { cluster, task } = record(parse(text), 'TF_CONFIG')
  const jobs = record(cluster, 'cluster')
  if (jobs['ps'] !== undefined) throw invalid('it names parameter servers (ps); here workers reduce among each other', 'Leave "ps" out.')
  const chiefs = CHIEFS.flatMap((job) => addresses(jobs[job], job))
  const workers = addresses(jobs['worker'], 'worker')
  const all = [...chiefs, ...workers]
  if (!all.length) throw invalid('its cluster names no worker', 'List every machine as host:port under cluster.worker.')
  const twice = all.find((address, i) => all.indexOf(address) < i)
  if (twice) throw invalid(`${twice} is named twice`, 'Give every task an address of its own.')
  const index = indexOf(record(task, 'task'), chiefs, workers)
  return all.length === 1 ? undefined : { workers: all, index }
}

function indexOf({ type, index }: Record<string, unknown>, chiefs: string[], workers: string[]): number {
  if (type !== 'worker' && !CHIEFS.includes(type as string)) throw invalid(`its task has the type ${shown(type)}`, 'Tasks are of the type worker or chief.')
  const number = typeof index === 'string' && index.trim() ? Number(index) : index
  const own = type === 'worker' ? workers : chiefs
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number >= own.length) {
    throw invalid(`its task is ${String(type)} ${shown(index)}, but the cluster has ${own.length} of that type`, own.length ? `The index is from 0 to ${own.length - 1}.` : 'List it in the cluster.')
  }
  return type === 'worker' ? chiefs.length + number : number
}

function addresses(value: unknown, job: string): string[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw invalid(`cluster.${job} is ${shown(value)}`, 'It is a list of addresses as host:port.')
  return value.map((address: unknown) => {
    const port = typeof address === 'string' ? Number(ADDRESS.exec(address)?.[1]) : NaN
    if (!(port >= 1 && port <= 65_535)) throw invalid(`cluster.${job} names ${shown(address)}`, 'An address is host:port, with a port from 1 to 65535.')
    return address as string
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CodedError('TF_CONFIG_JSON', `TF_CONFIG is not JSON: ${(cause as Error).message}`, { remedy: 'Quote it for the shell, as in export TF_CONFIG=\'{"cluster": ...}\'.', cause })
  }
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw invalid(`${name} is ${shown(value)}`, 'It is {"cluster": {"worker": [...]}, "task": {"type": "worker", "index": 0}}.')
}

const shown = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value))

function invalid(why: string, remedy: string): CodedError {
  return new CodedError('TF_CONFIG_INVALID', `TF_CONFIG does not hold: ${why}.`, { remedy })
}
