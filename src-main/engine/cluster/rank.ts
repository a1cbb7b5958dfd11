/** One trainer process as the coordinator sees it. */
import type { ErrorShape } from '#shared/errors.ts'
import type { RankFailure } from './failure.ts'
import type { ChildExit, ForkedProcess } from './fork.ts'
import { type Assignment, asFromTrainer, type FromTrainer, type Outcome } from './protocol.ts'

export interface RankUsage {
  at: number
  cpuSeconds: number
  memoryBytes: number
}

const OUTPUT_LINES = 20

export class Rank {
  readonly rank: number
  readonly process: ForkedProcess
  /** Settles once the process is gone: undefined when it had finished, else why not. */
  readonly ended: Promise<RankFailure | undefined>
  outcome: Outcome | undefined
  /** Last two readings, the older first. */
  usage: RankUsage[] = []
  exit: ChildExit | undefined
  #error: ErrorShape | undefined
  #frozen = false
  #killed = false
  #started = false
  #lastHeard = performance.now()
  readonly #output: string[] = []

  constructor(rank: number, child: ForkedProcess, listener: (message: FromTrainer, rank: Rank) => void, onOutput: (line: string) => void) {
    this.rank = rank
    this.process = child
    child.onMessage((raw) => {
      const message = asFromTrainer(raw)
      if (!message) return
      this.#hear(message)
      listener(message, this)
    })
    child.onOutput((line) => {
      this.#output.push(line)
      if (this.#output.length > OUTPUT_LINES) this.#output.shift()
      onOutput(line)
    })
    this.ended = child.exited.then((exit) => {
      this.exit = exit
      return this.outcome ? undefined : this.#failure()
    })
  }

  start(assignment: Assignment): void {
    this.process.send({ type: 'start', assignment })
  }

  stop(reason: string): void {
    this.process.send({ type: 'stop', reason })
  }

  /** Another rank is gone. */
  abort(reason: string): void {
    if (!this.exit) this.process.send({ type: 'abort', reason })
  }

  kill(): void {
    if (this.exit) return
    this.#killed = true
    this.process.kill('SIGKILL')
  }

  /** Kills the process if it has been silent for too long; until its first step it may be busy loading a library. */
  checkAlive(startMs: number, heartbeatMs: number): void {
    if (this.exit || performance.now() - this.#lastHeard < (this.#started ? heartbeatMs : startMs)) return
    this.#frozen = true
    this.kill()
  }

  /** Silence so far does not count. */
  excuse(): void {
    this.#lastHeard = performance.now()
  }

  #hear(message: FromTrainer): void {
    this.#lastHeard = performance.now()
    if (message.type === 'step') this.#started = true
    if (message.type === 'finished') this.outcome = message.outcome
    if (message.type === 'failed') this.#error = message.error
    if (message.type === 'heartbeat') {
      const { cpuSeconds, memoryBytes } = message
      this.usage = [...this.usage.slice(-1), { at: this.#lastHeard, cpuSeconds, memoryBytes }]
    }
  }

  #failure(): RankFailure {
    const { place } = this.process
    return { rank: this.rank, ...(place && { place }), error: this.#error, exit: this.exit, frozen: this.#frozen, killed: this.#killed, output: [...this.#output] }
  }
}
