import { availableParallelism } from 'node:os'
import type { ChiefOptions } from './machines/chief.ts'

/** How a run is spread over processes. */
export interface ClusterPlan {
  run: string
  /** Folder of the run, which the trainers read and write. */
  folder: string
  /** Processes, one per device, on all machines. */
  workers: number
  /** The machines that it is spread over, when there are several; this one is their chief. */
  machines?: Pick<ChiefOptions, 'cluster' | 'version' | 'tensorflow'>
  device: 'cpu' | 'gpu'
  /** GPU index of each rank; default rank by rank. */
  gpus?: number[]
  /** Of each process. */
  threads: { intra: number; inter: number }
  /** Path of libtensorflow, when the user set one. */
  library?: string
  /** How often the processes are started anew from the last checkpoint before the run fails. */
  maxRestarts: number
  /** Start from the last checkpoint instead of the beginning. */
  resume: boolean
  collectiveTimeoutSeconds: number
  /** A process that is silent for longer counts as frozen. */
  heartbeatTimeoutSeconds: number
  /** The same until its first step, since loading TensorFlow from a cold disk blocks it. */
  startTimeoutSeconds: number
}

export type ClusterRequest = Pick<ClusterPlan, 'run' | 'folder' | 'workers' | 'device'> & Partial<ClusterPlan>

/** The cores of a machine are shared out among the processes. */
export function planCluster(request: ClusterRequest): ClusterPlan {
  const intra = Math.max(1, Math.floor(availableParallelism() / (request.workers / (request.machines?.cluster.workers.length ?? 1))))
  return {
    maxRestarts: 3,
    resume: false,
    collectiveTimeoutSeconds: 120,
    heartbeatTimeoutSeconds: 30,
    startTimeoutSeconds: 180,
    threads: { intra, inter: 1 },
    ...request,
  }
}
