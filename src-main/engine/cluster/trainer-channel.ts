/** A rank's end of the channel to the coordinator. */
import { setTimeout as sleep } from 'node:timers/promises'
import { toErrorShape } from '#shared/errors.ts'
import { type Assignment, asToTrainer, type FromTrainer, HEARTBEAT_MS, type Outcome } from './protocol.ts'

/** How a forked process speaks to its parent: `process` under child_process, `process.parentPort` under Electron. */
export interface ParentPort {
  /** Settles when the message has left, or never can. */
  send(message: FromTrainer): Promise<void>
  onMessage(listener: (message: unknown) => void): void
  /** The parent is gone. */
  onDisconnect(listener: () => void): void
}

export interface TrainerChannel {
  send(message: FromTrainer): void
  /**
   * Why the run was asked to stop; undefined while it is not. Looked at between steps, and reduced over the ranks
   * before it is acted on: they may hear of it in different steps.
   */
  stopRequested(): string | undefined
  /** Fires with a reason when another rank is gone: no step will succeed any more. */
  readonly aborted?: AbortSignal
}

/** Trains one rank; resolves to how it ended. Any throw becomes `failed`. */
export type TrainRank = (assignment: Assignment, channel: TrainerChannel) => Promise<Outcome>

/**
 * Serves one assignment and ends the process: exit 0 when done or stopped, 1 on failure, and at once when the parent
 * goes away, so that a crashed app leaves no orphan.
 */
export function serveTrainer(port: ParentPort, train: TrainRank): void {
  let stop: string | undefined
  let started = false
  const abort = new AbortController()
  // By SIGKILL: a step in flight cannot be waited for, and the state is the checkpoint on disk.
  port.onDisconnect(() => process.kill(process.pid, 'SIGKILL'))
  const beat = setInterval(() => {
    const { user, system } = process.cpuUsage()
    void port.send({ type: 'heartbeat', cpuSeconds: (user + system) / 1e6, memoryBytes: process.memoryUsage.rss() })
  }, HEARTBEAT_MS)

  const run = async (assignment: Assignment): Promise<void> => {
    let last: FromTrainer
    try {
      const outcome = await train(assignment, { send: (message) => void port.send(message), stopRequested: () => stop, aborted: abort.signal })
      last = { type: 'finished', outcome }
    } catch (error) {
      last = { type: 'failed', error: toErrorShape(error) }
    }
    clearInterval(beat)
    await port.send(last)
    process.exit(last.type === 'finished' ? 0 : 1)
  }

  port.onMessage((raw) => {
    const message = asToTrainer(raw)
    if (message?.type === 'stop') stop = message.reason
    if (message?.type === 'abort') abort.abort(message.reason)
    if (message?.type === 'start' && !started) {
      started = true
      void run(message.assignment)
    }
  })
}

/** `process.parentPort` of an Electron utility process, which ends with its parent by itself. */
interface UtilityPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

/** The channel to the parent of this process, whichever host forked it. */
export function parentPort(): ParentPort {
  const utility = (process as unknown as { parentPort?: UtilityPort }).parentPort
  if (!utility) return childProcessPort()
  return {
    // It does not tell when a message has left, and exiting at once would lose it.
    send: async (message) => {
      utility.postMessage(message)
      await sleep(100)
    },
    onMessage: (listener) => utility.on('message', ({ data }) => listener(data)),
    onDisconnect: () => undefined,
  }
}

function childProcessPort(): ParentPort {
  return {
    send: (message) => new Promise((resolve) => (process.connected ? process.send!(message, undefined, undefined, () => resolve()) : resolve())),
    onMessage: (listener) => void process.on('message', listener),
    onDisconnect: (listener) => void process.on('disconnect', listener),
  }
}
