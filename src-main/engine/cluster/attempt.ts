/** One generation of trainer processes: started together, ended together. */
import type { DeviceSample, TrainEvent } from '#shared/domain/run.ts'
import { sampleGpus, sampleProcesses } from './devices.ts'
import type { RankFailure } from './failure.ts'
import type { Fork } from './fork.ts'
import type { ClusterPlan } from './plan.ts'
import type { Chief } from './machines/chief.ts'
import { freeAddresses } from './ports.ts'
import type { FromTrainer, Outcome } from './protocol.ts'
import { Rank } from './rank.ts'
import { StepMeans } from './step-means.ts'

export type AttemptEnd = { outcome: Outcome } | { failures: RankFailure[] }

const WATCH_MS = 1000
const SAMPLE_MS = 2000
/** After the first failure, how long the others have to tell theirs, and to save what they have learned since the last checkpoint. */
const GRACE_MS = 30_000
/** How long a stop may take: a validation in hand is finished first. */
const STOP_MS = 300_000
/** After one rank has finished, how long the others have. */
const FINISH_MS = 120_000
/** What TensorFlow always prints. */
const BOILERPLATE = /absl::InitializeLog|oneDNN custom operations are on|to enable the following instructions/

export class Attempt {
  readonly #plan: ClusterPlan
  readonly #emit: (event: TrainEvent) => void
  readonly #ranks: Rank[] = []
  readonly #means: StepMeans
  readonly #chief: Chief | undefined
  #timers: NodeJS.Timeout[] = []
  #deadline = Infinity
  #stopReason: string | undefined
  #isKilled = false
  /** Step of the newest checkpoint. */
  #saved = 0
  #watchedAt = performance.now()

  /** @param chief where the ranks are spread over several machines */
  constructor(plan: ClusterPlan, emit: (event: TrainEvent) => void, chief?: Chief) {
    this.#chief = chief
    this.#plan = plan
    this.#emit = emit
    this.#means = new StepMeans(plan.workers)
  }

  /** Resolves when every process is gone. */
  async run(fork: Fork, resume: boolean): Promise<AttemptEnd> {
    const { workers } = this.#plan
    const tasks = this.#chief ? await this.#chief.gather(resume) : workers > 1 ? await freeAddresses(workers) : undefined
    if (this.#isKilled) return { failures: [] }
    for (let rank = 0; rank < workers; rank++) this.#start(fork, rank, tasks, resume)
    this.#timers = [setInterval(() => this.#watch(), WATCH_MS), setInterval(() => void this.#sample(), SAMPLE_MS)]
    try {
      return await this.#settle()
    } finally {
      this.#timers.forEach(clearInterval)
    }
  }

  stop(reason: string): void {
    this.#stopReason = reason
    this.#hurry(STOP_MS)
    for (const rank of this.#ranks) rank.stop(reason)
  }

  killAll(): void {
    this.#isKilled = true
    for (const rank of this.#ranks) rank.kill()
  }

  #start(fork: Fork, rank: number, tasks: string[] | undefined, resume: boolean): void {
    const { run, folder, workers, threads, library, collectiveTimeoutSeconds } = this.#plan
    const start = this.#chief?.forkOf(rank, fork) ?? fork
    const child = start('trainer', ['--run', run, '--rank', String(rank)])
    const process = new Rank(rank, child, (message, from) => this.#hear(message, from), (line) => this.#log(rank, line))
    this.#ranks.push(process)
    const device = this.#plan.device === 'cpu' ? 'cpu' : { gpu: this.#gpuOf(rank) }
    const listen = this.#chief && { listen: this.#chief.bind }
    process.start({ run, folder, rank, worldSize: workers, tasks, ...listen, device, threads, library, resume, collectiveTimeoutSeconds })
    if (this.#stopReason !== undefined) process.stop(this.#stopReason)
  }

  #hurry(ms: number): void {
    this.#deadline = Math.min(this.#deadline, performance.now() + ms)
  }

  #gpuOf(rank: number): number {
    return this.#plan.gpus?.[rank] ?? rank
  }

  /** All ranks finished, or the first failure, after which none is left running. */
  async #settle(): Promise<AttemptEnd> {
    const ended = this.#ranks.map((rank) => rank.ended)
    const failed = Promise.any(ended.map(async (end) => (await end) ?? Promise.reject(new Error('finished'))))
    await Promise.race([Promise.all(ended), failed.catch(() => undefined)])
    if (this.#ranks.some((rank) => !rank.exit)) {
      for (const rank of this.#ranks) rank.abort('Another worker is gone.')
      this.#hurry(GRACE_MS)
    }
    const failures = (await Promise.all(ended)).filter((failure) => failure !== undefined)
    for (const step of this.#means.rest(this.#saved)) this.#emit({ event: 'step', ...step })
    const spokesman = this.#ranks[0]!.outcome
    // Once rank 0 has saved the last state, what becomes of the others changes nothing.
    return spokesman ? { outcome: spokesman } : { failures }
  }

  #hear(message: FromTrainer, { rank }: Rank): void {
    if (message.type === 'event') {
      if (message.event.event === 'checkpoint') this.#saved = Math.max(this.#saved, message.event.step)
      this.#emit(message.event)
    }
    if (message.type === 'finished') this.#hurry(FINISH_MS)
    if (message.type === 'step') {
      const mean = this.#means.add(rank, message)
      if (mean) this.#emit({ event: 'step', ...mean })
    }
  }

  #log(rank: number, line: string): void {
    if (line.trim() && !BOILERPLATE.test(line)) this.#emit({ event: 'log', level: 'warn', message: line, rank })
  }

  #watch(): void {
    const now = performance.now()
    const wasAsleep = now - this.#watchedAt > 3 * WATCH_MS
    this.#watchedAt = now
    // After a suspend, or when this process itself was held up, the silence was not the ranks'.
    if (wasAsleep) for (const rank of this.#ranks) rank.excuse()
    if (now > this.#deadline) this.killAll()
    const { startTimeoutSeconds, heartbeatTimeoutSeconds } = this.#plan
    for (const rank of this.#ranks) rank.checkAlive(startTimeoutSeconds * 1000, heartbeatTimeoutSeconds * 1000)
  }

  async #sample(): Promise<void> {
    const samples: DeviceSample[] =
      this.#plan.device === 'cpu' ? sampleProcesses(this.#ranks) : await sampleGpus(this.#ranks, (rank) => this.#gpuOf(rank))
    samples.push(...(this.#chief?.samples() ?? []))
    if (samples.length > 0) this.#emit({ event: 'device', samples })
  }
}
