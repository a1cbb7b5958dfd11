/** Why a rank ended when it should not have. */
import { CodedError, type ErrorShape } from '#shared/errors.ts'
import type { ChildExit } from './fork.ts'
import { PEER_LOST } from './protocol.ts'

export interface RankFailure {
  rank: number
  /** The machine that it was on, when that is another one. */
  place?: string
  /** The rank's own error, when it could still tell. */
  error?: ErrorShape
  exit?: ChildExit
  /** It stopped sending heartbeats and was killed. */
  frozen?: boolean
  /** The coordinator ended it, because another rank had failed or it was frozen. */
  killed?: boolean
  /** Last lines that it wrote, for the log. */
  output: string[]
}

/** Starting again may mend it: a process was lost, or the accelerator failed. An error of our own would only come again. */
export const isTransient = ({ error, frozen }: RankFailure): boolean => frozen === true || !error || PEER_LOST.has(error.code) || error.code === 'OP_FAILED'

/** The failure that the others followed from: a frozen or dead rank before an error of its own, before an echo of another's. */
export function rootCause(failures: readonly RankFailure[]): RankFailure {
  const weight = ({ error, frozen, killed }: RankFailure): number => {
    if (frozen) return 0
    if (error) return PEER_LOST.has(error.code) ? 3 : 2
    return killed ? 4 : 1
  }
  return failures.toSorted((a, b) => weight(a) - weight(b))[0]!
}

export function describeFailure({ rank, place, error, exit, frozen, output }: RankFailure): string {
  const who = `Worker ${rank}${place ? ` on ${place}` : ''}`
  if (exit?.reason) return `Worker ${rank}: ${exit.reason}.`
  if (frozen) return `${who} did not respond any more and was ended.`
  if (error) return `${who}: ${error.message}`
  if (exit?.signal) return `${who} was ended by ${exit.signal}${exit.signal === 'SIGKILL' ? ' (by the system when memory runs out, or by hand)' : ''}.`
  const lastWords = output.findLast((line) => line.trim())
  return `${who} ended with exit code ${exit?.code ?? 'unknown'} before the run was done${lastWords ? `: ${lastWords.trim()}` : '.'}`
}

/** The failure as the run's error: WORKER_LOST, or the rank's own. */
export function failureError(failure: RankFailure): CodedError {
  const { error } = failure
  if (error && !failure.frozen) return new CodedError(error.code, describeFailure(failure), error)
  return new CodedError(failure.exit?.reason ? 'MACHINE_LOST' : failure.frozen ? 'WORKER_FROZEN' : 'WORKER_LOST', describeFailure(failure), {
    remedy: 'Resume the run: it goes on from its last checkpoint.',
  })
}
