/**
 * Runs the trainer processes of one run to its end: starts them, relays what they say, starts all of them anew from the last
 * checkpoint when one is lost (what torchrun does), and gives a reason when it gives up.
 */
import type { TrainEvent } from '#shared/domain/run.ts'
import { type ErrorShape, toErrorShape } from '#shared/errors.ts'
import { Attempt } from './attempt.ts'
import { describeFailure, failureError, isTransient, rootCause } from './failure.ts'
import type { Fork } from './fork.ts'
import { Chief } from './machines/chief.ts'
import { type ClusterRequest, planCluster } from './plan.ts'

export interface RunExit {
  code: number | null
  signal: string | null
  /** A sentence for people. */
  reason: string
}

export type RunEnd =
  | { outcome: 'done' }
  | { outcome: 'stopped'; reason: string }
  /** `exit` is that of the process that failed first. */
  | { outcome: 'failed'; error: ErrorShape; exit: RunExit; rank: number }

export interface ClusterRun {
  /** Settles when every process is gone; never rejects. */
  readonly ended: Promise<RunEnd>
  /** Asks the ranks to stop after the step in hand; they save a checkpoint first. */
  stop(reason: string): void
  /** Ends the processes at once, as when the app quits; the run can be resumed from its last checkpoint. */
  kill(reason: string): void
}

/** Port races do not count as restarts, but end too. */
const MAX_PORT_RACES = 5

export function startCluster(request: ClusterRequest, fork: Fork, emit: (event: TrainEvent) => void): ClusterRun {
  const plan = planCluster(request)
  const chief = plan.machines && new Chief({ ...plan, ...plan.machines }, emit)
  let attempt: Attempt | undefined
  let stopped: string | undefined

  const run = async (): Promise<RunEnd> => {
    let resume = plan.resume
    let portRaces = 0
    for (let restarts = 0; ; ) {
      attempt = new Attempt(plan, emit, chief)
      const end = await attempt.run(fork, resume)
      if ('outcome' in end) return end.outcome === 'done' ? { outcome: 'done' } : { outcome: 'stopped', reason: stopped ?? 'The trainer stopped.' }
      if (stopped !== undefined) return { outcome: 'stopped', reason: stopped }
      const cause = rootCause(end.failures)
      const error = failureError(cause)
      const reason = describeFailure(cause)
      // The ports of machines are given.
      const isPortRace = !chief && error.code === 'COLLECTIVE_PORT' && portRaces++ < MAX_PORT_RACES
      if (!isPortRace && (!isTransient(cause) || restarts++ >= plan.maxRestarts)) {
        emit({ event: 'error', error: toErrorShape(error) })
        return { outcome: 'failed', error: toErrorShape(error), exit: { code: cause.exit?.code ?? null, signal: cause.exit?.signal ?? null, reason }, rank: cause.rank }
      }
      emit({ event: 'restart', rank: cause.rank, reason })
      resume = true
    }
  }

  return {
    ended: run().catch((error: unknown): RunEnd => {
      attempt?.killAll()
      if (stopped !== undefined) return { outcome: 'stopped', reason: stopped }
      const shape = toErrorShape(error)
      emit({ event: 'error', error: shape })
      return { outcome: 'failed', error: shape, exit: { code: null, signal: null, reason: shape.message }, rank: 0 }
    }).then(async (end) => {
      await chief?.close(end)
      return end
    }),
    stop(reason) {
      stopped ??= reason
      chief?.cancel(reason)
      attempt?.stop(reason)
    },
    kill(reason) {
      stopped ??= reason
      chief?.cancel(reason)
      attempt?.killAll()
    },
  }
}
