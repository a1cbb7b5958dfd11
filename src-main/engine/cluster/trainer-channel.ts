/** A rank's end of the channel to the coordinator. */
import { asToTrainer, type Assignment, type FromTrainer, HEARTBEAT_MS } from './protocol.ts'
import { toErrorShape } from '#shared/errors.ts'

/** How a forked process speaks to its parent: `process` under child_process, `process.parentPort` under Electron. */
export interface ParentPort {
  send(message: FromTrainer): void
  onMessage(listener: (message: unknown) => void): void
  /** The parent is gone. */
  onDisconnect(listener: () => void): void
}

export interface TrainerChannel {
  send(message: FromTrainer): void
  /** Why the run was asked to stop; undefined while it is not. Look at it between steps. */
  stopRequested(): string | undefined
}

/** Runs the training of one rank; resolves to how it ended. Any throw becomes `failed`. */
export type TrainRank = (assignment: Assignment, channel: TrainerChannel) => Promise<'done' | 'stopped'>

/**
 * Serves one assignment and ends the process: exit 0 when done or stopped, 1 on failure, and at once when the parent
 * goes away, so that a crashed app leaves no orphan.
 */
export function serveTrainer(port: ParentPort, train: TrainRank, exit: (code: number) => void = (code) => process.exit(code)): void {
  let stop: string | undefined
  let started = false
  port.onDisconnect(() => process.kill(process.pid, 'SIGKILL')) // no clean-up can hang: the checkpoint on disk is the state
  const beat = setInterval(() => port.send({ type: 'heartbeat' }), HEARTBEAT_MS)

  const run = async (assignment: Assignment): Promise<void> => {
    let code = 0
    try {
      const outcome = await train(assignment, { send: (message) => port.send(message), stopRequested: () => stop })
      port.send({ type: 'finished', outcome })
    } catch (error) {
      code = 1
      port.send({ type: 'failed', error: toErrorShape(error) })
    }
    clearInterval(beat)
    setTimeout(() => exit(code), 50) // lets the channel drain
  }

  port.onMessage((raw) => {
    const message = asToTrainer(raw)
    if (message?.type === 'stop') stop = message.reason
    if (message?.type === 'start' && !started) {
      started = true
      void run(message.assignment)
    }
  })
}

/** `process` of a child_process.fork. */
export function childProcessPort(child: NodeJS.Process = process): ParentPort {
  return {
    send: (message) => void child.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void child.on('message', listener),
    onDisconnect: (listener) => void child.on('disconnect', listener),
  }
}
