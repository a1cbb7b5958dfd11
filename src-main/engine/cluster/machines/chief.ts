/**
 * The chief of a run over several machines: waits until all are there, gives them plan and films, and starts and ends the trainer processes on
 * them for the coordinator, which sees them as it sees its own.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DeviceSample, MachineCluster, RunConfig, TrainEvent } from '#shared/domain/run.ts'
import { CodedError, type ErrorShape, toErrorShape } from '#shared/errors.ts'
import { readPlan, type RunPlan } from '../../plan.ts'
import type { Fork } from '../fork.ts'
import { addressOf, capital, listenAddress, nameOf, rankAddresses, resolveHost } from './addresses.ts'
import { admit, taken } from './admission.ts'
import { ConnectedMachine } from './connected-machine.ts'
import { grpcEnvironment } from './grpc.ts'
import type { Hello, SharedFile } from './messages.ts'
import { MachineServer, type Visitor } from './server.ts'
import { filesIn, fingerprint } from './shared-files.ts'

export interface ChiefOptions {
  run: string
  folder: string
  /** Processes, on all machines. */
  workers: number
  cluster: MachineCluster
  /** Of the program, and of libtensorflow where it is known: all machines have the same. */
  version: string
  tensorflow: string | null
}

/** What a plan names by its path. */
const PLAN_FILES = new Set(['pack', 'labels', 'split', 'metadata', 'weights'])
export const JOIN_SECONDS = 300
const LOOK_MS = 200
const LOOKS_PER_CHECK = 10
const STALE_MS = 2000

export class Chief {
  readonly #options: ChiefOptions
  readonly #emit: (event: TrainEvent) => void
  readonly #machines = new Map<number, ConnectedMachine>()
  readonly #cancel = new AbortController()
  #server?: MachineServer
  #config!: RunConfig
  /** Why machines were turned away while others are waited for. */
  #refusals: string[] = []
  #bind = ''

  constructor(options: ChiefOptions, emit: (event: TrainEvent) => void) {
    this.#options = options
    this.#emit = emit
  }

  /** The address of this machine at which its ranks listen. */
  get bind(): string {
    return this.#bind
  }

  /**
   * Waits until every machine is there and has the files of the run.
   * @returns address of each rank for TensorFlow
   * @throws CodedError MACHINE_MISSING, MACHINE_UNKNOWN, MACHINE_BIND, MACHINE_PORT, TASK_TAKEN, or what went wrong on a machine
   */
  async gather(resume: boolean): Promise<string[]> {
    const { folder, cluster } = this.#options
    const deadline = performance.now() + (cluster.joinTimeout ?? JOIN_SECONDS) * 1000
    const plan = await readPlan(folder)
    this.#config = plan.config
    this.#server ??= await this.#open(deadline)
    await Promise.all(cluster.workers.map((machine) => resolveHost(machine, { deadline, signal: this.#cancel.signal })))
    for (;;) {
      await this.#waitForAll(deadline)
      try {
        const files = await this.#filesOf(plan, resume)
        await this.#unlessCancelled(Promise.all([...this.#machines.values()].map((machine) => machine.prepare(plan, files))))
        return rankAddresses(cluster.workers, this.#ranks)
      } catch (error) {
        if (toErrorShape(error).code !== 'MACHINE_LOST') throw error
        this.#say('warn', toErrorShape(error).message)
      }
    }
  }

  /** Starts the process of a rank on its machine. @param local for those of this one */
  forkOf(rank: number, local: Fork): Fork {
    const index = Math.floor(rank / this.#ranks)
    if (index === 0) return (entry, args) => local(entry, args, { env: grpcEnvironment(this.#options.cluster) })
    const machine = this.#machines.get(index)
    if (!machine) throw new CodedError('MACHINE_LOST', `${capital(nameOf(this.#options.cluster.workers, index))} is gone.`)
    return (_entry, args) => machine.fork({ rank, device: rank % this.#ranks, ranks: this.#ranks, args })
  }

  /** Last readings of the devices of the other machines. */
  samples(): DeviceSample[] {
    return [...this.#machines.values()].flatMap(({ samples }) => samples)
  }

  /** Ends a wait for machines. */
  cancel(reason: string): void {
    this.#cancel.abort(new CodedError('STOPPED', reason))
  }

  /** Tells all machines how the run ended, and lets them go. */
  async close({ outcome, error }: { outcome: 'done' | 'stopped' | 'failed'; error?: ErrorShape }): Promise<void> {
    this.#cancel.abort(new CodedError('STOPPED', 'The run is over.'))
    for (const machine of this.#machines.values()) {
      machine.send({ type: 'over', outcome, error })
      machine.close()
    }
    await this.#server?.close()
  }

  get #ranks(): number {
    return this.#options.workers / this.#options.cluster.workers.length
  }

  async #open(deadline: number): Promise<MachineServer> {
    const { cluster } = this.#options
    this.#bind = await listenAddress(cluster, deadline)
    const { port } = addressOf(cluster.workers[0]!)
    return MachineServer.listen({ host: this.#bind, port }, (hello, visitor) => this.#welcome(hello, visitor))
  }

  async #waitForAll(deadline: number): Promise<void> {
    const { workers, joinTimeout } = this.#options.cluster
    const missing = (): string[] => workers.flatMap((_, i) => (i > 0 && !this.#machines.get(i)?.connected ? [nameOf(workers, i)] : []))
    if (missing().length) this.#say('info', `Waiting for ${missing().join(', ')}; start \`xclassifier worker\` there.`)
    for (let looks = 0; missing().length; looks++) {
      this.#cancel.signal.throwIfAborted()
      if (performance.now() > deadline) {
        throw new CodedError('MACHINE_MISSING', `${capital(missing().join(', '))} did not join within ${joinTimeout ?? JOIN_SECONDS} s. ${this.#refusals.join(' ')}`.trim(), {
          remedy: 'Start `xclassifier worker` there with the same TF_CONFIG cluster, and open the ports; then resume the run.',
        })
      }
      if (looks % LOOKS_PER_CHECK === 0 && (await this.#server!.isOtherAt(addressOf(workers[0]!)))) throw taken(workers, 0)
      await sleep(LOOK_MS)
    }
    this.#refusals = []
  }

  /** Takes a machine in, or tells it why not. */
  async #welcome(hello: Hello, { socket, from }: Visitor): Promise<ConnectedMachine | undefined> {
    const { run, cluster, version, tensorflow } = this.#options
    try {
      admit(hello, { cluster, version, tensorflow, config: this.#config, ranks: this.#ranks })
      const before = this.#machines.get(hello.index)
      if (await before?.answers(STALE_MS)) throw taken(cluster.workers, hello.index)
      before?.terminate()
    } catch (error) {
      const shape = toErrorShape(error)
      socket.send(JSON.stringify({ type: 'refused', error: shape }))
      socket.close()
      this.#refusals.push(`A machine at ${from} was refused: ${shape.message}`)
      this.#say('warn', this.#refusals.at(-1)!)
      return undefined
    }
    const machine = new ConnectedMachine(hello.index, nameOf(cluster.workers, hello.index), socket, (message) => this.#say('info', message))
    this.#machines.set(hello.index, machine)
    machine.send({ type: 'welcome', run, token: machine.token })
    this.#say('info', `${capital(machine.name)} has joined.`)
    void machine.lost.then(() => {
      if (this.#machines.get(hello.index) === machine) this.#machines.delete(hello.index)
    })
    return machine
  }

  async #filesOf(plan: RunPlan, resume: boolean): Promise<SharedFile[]> {
    const checkpoint = resume ? (await filesIn(join(this.#options.folder, 'checkpoints'), '.json')).sort().at(-1)?.replace(/\.json$/, '') : undefined
    const named = Object.entries(plan).filter((entry): entry is [string, string] => PLAN_FILES.has(entry[0]) && typeof entry[1] === 'string')
    // The JSON makes it a checkpoint: it comes last.
    if (checkpoint) named.push(...['.safetensors', '.json'].map((end): [string, string] => [`checkpoint${end}`, `${checkpoint}${end}`]))
    const files = await Promise.all(named.map(async ([name, path]) => ({ name, path, ...(await fingerprint(path)) })))
    this.#server!.offer(files, () => [...this.#machines.values()].map(({ token }) => token))
    return files
  }

  #unlessCancelled<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#cancel
    return Promise.race([work, new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))])
  }

  #say(level: 'info' | 'warn', message: string): void {
    this.#emit({ event: 'log', level, message })
  }
}
