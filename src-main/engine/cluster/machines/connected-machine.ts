/** Another machine of a run, as the chief has it: its connection, and the trainer processes there. */
import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { DeviceSample } from '#shared/domain/run.ts'
import { CodedError, type ErrorShape } from '#shared/errors.ts'
import type { ChildExit, ForkedProcess } from '../fork.ts'
import type { RunPlan } from '../../plan.ts'
import { capital } from './addresses.ts'
import { asFromMachine, type FromMachine, PING_MS, type SharedFile, type ToMachine } from './messages.ts'

interface Preparation {
  ready(): void
  failed(error: Error): void
}

export class ConnectedMachine {
  readonly index: number
  /** `machine 1 (host:port)` */
  readonly name: string
  /** With which it may fetch the files of the run. */
  readonly token = randomUUID()
  /** Settles when the connection is gone. */
  readonly lost: Promise<void>
  /** Last reading of its devices. */
  samples: DeviceSample[] = []
  readonly #socket: WebSocket
  readonly #say: (message: string) => void
  readonly #processes = new Map<number, RemoteProcess>()
  #preparation?: Preparation | undefined
  #answers = true
  #started = 0

  constructor(index: number, name: string, socket: WebSocket, say: (message: string) => void) {
    this.index = index
    this.name = name
    this.#socket = socket
    this.#say = say
    const ping = setInterval(() => this.#ping(), PING_MS)
    socket.on('pong', () => (this.#answers = true))
    socket.on('message', (data) => this.#hear(asFromMachine(String(data))))
    this.lost = new Promise((resolve) => {
      socket.once('close', (_code, reason) => {
        clearInterval(ping)
        this.#end(String(reason) || (this.#answers ? 'its connection was closed' : 'it does not answer any more'))
        resolve()
      })
    })
  }

  get connected(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  send(message: ToMachine): void {
    if (this.connected) this.#socket.send(JSON.stringify(message))
  }

  /** The plan and the files of the run. @throws CodedError what went wrong there, or MACHINE_LOST */
  prepare(plan: RunPlan, files: SharedFile[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#preparation = { ready: resolve, failed: reject }
      if (!this.connected) return reject(this.#lostError('its connection was closed'))
      this.send({ type: 'prepare', plan, files })
    })
  }

  /** @param device of the machine. @param ranks of the machine */
  fork({ rank, device, ranks, args }: { rank: number; device: number; ranks: number; args: string[] }): ForkedProcess {
    const process = this.#started++
    const child = new RemoteProcess(this.name, (message) => this.send(message), process)
    this.#processes.set(process, child)
    if (this.connected) this.send({ type: 'fork', process, rank, device, ranks, args })
    else child.end({ code: null, signal: null, reason: `${this.name} is gone` })
    return child
  }

  /** Whether it answers within a moment: a connection may be dead without being closed. */
  async answers(ms: number): Promise<boolean> {
    if (!this.connected) return false
    const pong = new Promise<boolean>((resolve) => this.#socket.once('pong', () => resolve(true)))
    this.#socket.ping()
    return Promise.race([pong, new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ms))])
  }

  close(): void {
    this.#socket.close()
    // A machine that is frozen would never say goodbye.
    setTimeout(() => this.#socket.terminate(), PING_MS).unref()
  }

  terminate(): void {
    this.#socket.terminate()
  }

  #ping(): void {
    if (!this.#answers) return this.#socket.terminate()
    this.#answers = false
    this.#socket.ping()
  }

  #hear(message: FromMachine | undefined): void {
    switch (message?.type) {
      case 'ready':
        return this.#preparation?.ready()
      case 'failed':
        return this.#preparation?.failed(errorOf(this.name, message.error))
      case 'say':
        return this.#say(`${capital(this.name)}: ${message.message}`)
      case 'devices':
        this.samples = message.samples
        return
      case 'message':
        return this.#processes.get(message.process)?.hear(message.message)
      case 'output':
        return this.#processes.get(message.process)?.output(message.line)
      case 'exited':
        this.#processes.get(message.process)?.end({ code: message.code, signal: message.signal })
        this.#processes.delete(message.process)
        return
      default:
    }
  }

  #end(why: string): void {
    this.samples = []
    this.#preparation?.failed(this.#lostError(why))
    for (const child of this.#processes.values()) child.end({ code: null, signal: null, reason: `${this.name} was lost: ${why}` })
    this.#processes.clear()
  }

  #lostError(why: string): CodedError {
    return new CodedError('MACHINE_LOST', `${capital(this.name)} was lost: ${why}.`)
  }
}

/** A trainer process on another machine. */
class RemoteProcess implements ForkedProcess {
  /** A process id means nothing here. */
  readonly pid = undefined
  readonly place: string
  readonly exited: Promise<ChildExit>
  end!: (exit: ChildExit) => void
  readonly #send: (message: ToMachine) => void
  readonly #process: number
  readonly #messages: ((message: unknown) => void)[] = []
  readonly #lines: ((line: string) => void)[] = []

  constructor(place: string, send: (message: ToMachine) => void, process: number) {
    this.place = place
    this.#send = send
    this.#process = process
    this.exited = new Promise((resolve) => (this.end = resolve))
  }

  send(message: unknown): boolean {
    this.#send({ type: 'send', process: this.#process, message })
    return true
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#messages.push(listener)
  }

  onOutput(listener: (line: string) => void): void {
    this.#lines.push(listener)
  }

  hear(message: unknown): void {
    for (const listener of this.#messages) listener(message)
  }

  output(line: string): void {
    for (const listener of this.#lines) listener(line)
  }

  /** It has exited once its machine says so, or is lost itself. */
  kill(): void {
    this.#send({ type: 'kill', process: this.#process })
  }
}

const errorOf = (name: string, { code, message, file, remedy }: ErrorShape): CodedError =>
  new CodedError(code, `${capital(name)}: ${message}`, { ...(file && { file }), ...(remedy && { remedy }) })
