/**
 * A machine that takes part in a run of another one, the chief: gets plan and films from it, runs the trainer processes that it asks for, and
 * tells it what they say. The run's row, checkpoints and model are the chief's.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { WebSocket } from 'ws'
import type { MachineCluster } from '#shared/domain/run.ts'
import { CodedError, type ErrorShape, fromErrorShape, toErrorShape } from '#shared/errors.ts'
import { PLAN_FILE, type RunPlan } from '../../plan.ts'
import { sampleGpus, sampleProcesses } from '../devices.ts'
import type { Fork } from '../fork.ts'
import type { Assignment } from '../protocol.ts'
import { Rank } from '../rank.ts'
import { addressOf } from './addresses.ts'
import { grpcEnvironment } from './grpc.ts'
import { asToMachine, type FromMachine, isStart, PING_MS, type SharedFile, type ToMachine } from './messages.ts'
import { filesIn, obtain } from './shared-files.ts'

export interface MemberOptions {
  cluster: MachineCluster
  fork: Fork
  /** For the files of runs while they last. */
  folder: string
  /** Where packs lie; one that was fetched stays there for the next run. */
  packs: string
  /** Path of libtensorflow, when the user set one. */
  library?: string
  /** Address of this machine at which its ranks listen. */
  bind: string
  say(line: string): void
  signal: AbortSignal
}

export interface Participation {
  run: string
  outcome: 'done' | 'stopped' | 'failed'
  error?: ErrorShape
}

const SAMPLE_MS = 2000
const SAY_EVERY_MS = 2000

interface Place {
  /** GPU of this machine. */
  device: number
  ranks: number
}

/** One run on this machine, from the welcome of the chief to its end. */
export class Member {
  readonly #options: MemberOptions
  readonly #socket: WebSocket
  readonly #token: string
  readonly #run: string
  readonly #ranks = new Map<number, { rank: Rank; place: Place }>()
  readonly #abort = new AbortController()
  #plan?: RunPlan
  #answers = true

  constructor(options: MemberOptions, socket: WebSocket, { run, token }: Extract<ToMachine, { type: 'welcome' }>) {
    this.#options = options
    this.#socket = socket
    this.#run = run
    this.#token = token
  }

  /** @throws CodedError MACHINE_LOST when the chief goes without a word; STOPPED */
  async takePart(): Promise<Participation> {
    const { signal, folder } = this.#options
    const leave = (): void => this.#socket.close(4000, 'it was stopped by its user')
    signal.addEventListener('abort', leave, { once: true })
    const timers = [setInterval(() => void this.#sample(), SAMPLE_MS), setInterval(() => this.#ping(), PING_MS)]
    this.#socket.on('pong', () => (this.#answers = true))
    try {
      return await this.#serve()
    } finally {
      timers.forEach(clearInterval)
      signal.removeEventListener('abort', leave)
      this.#abort.abort()
      this.#socket.terminate()
      for (const { rank } of this.#ranks.values()) rank.kill()
      await Promise.all([...this.#ranks.values()].map(({ rank }) => rank.ended))
      await rm(join(folder, this.#run), { recursive: true, force: true })
    }
  }

  #serve(): Promise<Participation> {
    const { workers } = this.#options.cluster
    return new Promise((resolve, reject) => {
      this.#socket.on('message', (data) => {
        const message = asToMachine(String(data))
        if (message?.type === 'over') resolve({ run: this.#run, outcome: message.outcome, ...(message.error && { error: message.error }) })
        else if (message) this.#hear(message)
      })
      this.#socket.once('close', () => {
        if (this.#options.signal.aborted) return reject(new CodedError('STOPPED', 'This machine was stopped.'))
        reject(new CodedError('MACHINE_LOST', `The chief at ${workers[0]} was lost: its connection was closed.`, { remedy: 'Its run can be resumed there; start this machine again.' }))
      })
    })
  }

  #hear(message: ToMachine): void {
    switch (message.type) {
      case 'prepare':
        return void this.#prepare(message.plan, message.files).then(
          () => this.#send({ type: 'ready' }),
          (error: unknown) => this.#send({ type: 'failed', error: toErrorShape(error) }),
        )
      case 'fork':
        return this.#fork(message)
      case 'send':
        return void this.#ranks.get(message.process)?.rank.process.send(this.#adapted(message.process, message.message))
      case 'kill':
        return this.#ranks.get(message.process)?.rank.kill()
      default:
    }
  }

  /** Every file of the run, and a plan that says where they are on this machine. */
  async #prepare(plan: RunPlan, files: SharedFile[]): Promise<void> {
    const { folder, packs, cluster, say } = this.#options
    const own = join(folder, this.#run)
    await rm(join(own, 'checkpoints'), { recursive: true, force: true })
    await mkdir(own, { recursive: true })
    let said = Date.now()
    const source = {
      chief: addressOf(cluster.workers[0]!),
      token: this.#token,
      signal: this.#abort.signal,
      progress: (name: string, done: number, bytes: number): void => {
        if (Date.now() - said < SAY_EVERY_MS) return
        said = Date.now()
        const line = `fetching the ${name} of the run: ${Math.round((100 * done) / bytes)} % of ${Math.ceil(bytes / 2 ** 20)} MiB`
        say(line)
        this.#send({ type: 'say', message: line })
      },
    }
    const places: Record<string, string> = {}
    for (const file of files) {
      if (file.name.startsWith('checkpoint.')) await obtain({ ...file, path: '' }, [], join(own, 'checkpoints', lastName(file.path)), source)
      else if (file.name === 'pack') places['pack'] = await obtain(file, await filesIn(packs, '.npy'), join(packs, `${file.fingerprint.slice(0, 32)}.npy`), source)
      else places[file.name] = await obtain(file, [], join(own, file.name), source)
    }
    this.#plan = { ...plan, ...places }
    await writeFile(join(own, PLAN_FILE), JSON.stringify(this.#plan))
    say(`Run ${this.#run}: the films are here`)
  }

  #fork({ process, rank: number, device, ranks, args }: Extract<ToMachine, { type: 'fork' }>): void {
    const child = this.#options.fork('trainer', args, { env: grpcEnvironment(this.#options.cluster) })
    const rank = new Rank(
      number,
      child,
      (message) => this.#send({ type: 'message', process, message }),
      (line) => this.#send({ type: 'output', process, line }),
    )
    this.#ranks.set(process, { rank, place: { device, ranks } })
    void rank.ended.then(() => {
      this.#ranks.delete(process)
      this.#send({ type: 'exited', process, code: rank.exit?.code ?? null, signal: rank.exit?.signal ?? null })
    })
  }

  /** A message of the chief to a process, with what is otherwise on this machine. */
  #adapted(process: number, message: unknown): unknown {
    if (!isStart(message)) return message
    const { folder, library, bind } = this.#options
    const { device, ranks } = this.#ranks.get(process)!.place
    const assignment: Assignment = {
      ...message.assignment,
      folder: join(folder, this.#run),
      device: message.assignment.device === 'cpu' ? 'cpu' : { gpu: device },
      // Those of the run where the user asked for as many, else what this machine has.
      threads: this.#plan?.config.threads ? message.assignment.threads : { intra: Math.max(1, Math.floor(availableParallelism() / ranks)), inter: 1 },
      listen: bind,
    }
    if (library) assignment.library = library
    else delete assignment.library
    return { ...message, assignment }
  }

  async #sample(): Promise<void> {
    const places = [...this.#ranks.values()]
    if (!this.#plan || !places.length) return
    const ranks = places.map(({ rank }) => rank)
    const gpuOf = (number: number): number => places.find(({ rank }) => rank.rank === number)?.place.device ?? 0
    this.#send({ type: 'devices', samples: this.#plan.config.device === 'cpu' ? sampleProcesses(ranks) : await sampleGpus(ranks, gpuOf) })
  }

  #send(message: FromMachine): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  /** A chief that does not answer any more is lost, though nobody closed the connection. */
  #ping(): void {
    if (!this.#answers) return this.#socket.terminate()
    this.#answers = false
    this.#socket.ping()
  }
}

/** The last part of a path of the chief, whichever system it has. */
const lastName = (path: string): string => path.split(/[\\/]/).at(-1)!

/** The error with which a run ended on the chief. */
export const participationError = ({ run, error }: Participation): CodedError => (error ? fromErrorShape(error) : new CodedError('RUN_FAILED', `The run ${run} failed.`))
