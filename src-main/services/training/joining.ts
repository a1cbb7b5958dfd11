import { join } from 'node:path'
import { runInput } from '#shared/contracts/training.ts'
import type { MachineCluster } from '#shared/domain/run.ts'
import { joinRun, serveRuns } from '#main/engine/cluster/machines/joining.ts'
import type { Participation } from '#main/engine/cluster/machines/member.ts'
import { locateLibtensorflow } from '#main/engine/runtime/locate.ts'
import { appVersion } from '../app.ts'
import { listGpus } from '../settings/gpus.ts'
import type { RunRequest } from './config.ts'
import type { TrainingParts } from './training.ts'

/** Without a policy the chief's serves: it may be saved with the data set, which this machine need not have. */
export type JoinRequest = Omit<RunRequest, 'policy'> & { policy: RunRequest['policy'] | undefined }

export interface JoinWatch {
  /** A line for people. */
  say(line: string): void
  signal: AbortSignal
}

/** What the machines of a run have to have in common. */
export function versions(library: string | null | undefined): { version: string; tensorflow: string | null } {
  const { path, descriptor } = locateLibtensorflow(library ? { setting: library } : {})
  return { version: appVersion(), tensorflow: /\d+\.\d+\.\d+/.exec(descriptor ?? path)?.[0] ?? null }
}

/**
 * Train with the chief of a cluster, in its next run.
 * @param request what the same command asks for, which has to be what the chief asks for
 * @throws what `joinRun` throws
 */
export async function takePart(parts: TrainingParts, cluster: MachineCluster, request: JoinRequest, watch: JoinWatch): Promise<Participation> {
  const asked: Record<string, unknown> = { ...request }
  const whole = Object.fromEntries(Object.keys(runInput.shape).filter((key) => key !== 'policy' || request.policy).map((key) => [key, asked[key] ?? null]))
  return joinRun({ ...(await membership(parts, cluster, watch)), request: whole, patient: false })
}

/** Train with the chief of a cluster in one run after another, whatever they are, until it is stopped. */
export async function serveChief(parts: TrainingParts, cluster: MachineCluster, watch: JoinWatch, ended: (participation: Participation) => void): Promise<never> {
  return serveRuns({ ...(await membership(parts, cluster, watch)), patient: true }, ended)
}

async function membership({ host, folders, settings }: TrainingParts, cluster: MachineCluster, { say, signal }: JoinWatch) {
  const library = settings.get().libtensorflowPath
  return {
    cluster,
    fork: host.fork,
    folder: join(folders.data, 'joined'),
    packs: folders.packs,
    gpus: (await listGpus()).length,
    ...versions(library),
    ...(library && { library }),
    say,
    signal,
  }
}
