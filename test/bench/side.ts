/**
 * One side of a comparison: one process, or several that do each step together (ranks). A child says `{"ready": ...}`, then answers each
 * `{"steps": n}` on its stdin with one line of timings; between commands it sleeps, so that the other side has the cores.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'

export interface Timings {
  /** Wall seconds of each step; of several processes, the slowest one's. */
  seconds: number[]
  /** CPU seconds of each step, all threads, all processes. */
  cpu: number[]
  /** Greatest resident memory so far in bytes, all processes. */
  peak: number
  /** Page faults of each step. */
  faults: number[]
}

/** What a child tells of itself when it is ready to step. */
export type Ready = Record<string, number | string>

export interface SideCommand {
  name: string
  /** One a process. */
  commands: { file: string; args: string[]; env?: Record<string, string> }[]
}

export class Side implements AsyncDisposable {
  readonly name: string
  readonly ready: Ready
  readonly #children: Child[]

  private constructor(name: string, children: Child[], ready: Ready) {
    this.name = name
    this.#children = children
    this.ready = ready
  }

  static async open({ name, commands }: SideCommand): Promise<Side> {
    const children = commands.map((command) => new Child(name, command))
    try {
      const said = await Promise.all(children.map((child) => child.answer()))
      return new Side(name, children, (said[0] as { ready: Ready }).ready)
    } catch (error) {
      await Promise.all(children.map((child) => child.end()))
      throw error
    }
  }

  async steps(count: number): Promise<Timings> {
    const all = (await Promise.all(this.#children.map((child) => child.ask({ steps: count })))) as Timings[]
    const each = (pick: (timings: Timings) => number[], merge: (values: number[]) => number): number[] =>
      Array.from({ length: count }, (_, i) => merge(all.map((timings) => pick(timings)[i]!)))
    const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0)
    return {
      seconds: each((t) => t.seconds, (values) => Math.max(...values)),
      cpu: each((t) => t.cpu, sum),
      faults: each((t) => t.faults, sum),
      peak: sum(all.map(({ peak }) => peak)),
    }
  }

  /** Another question that the first process of this side knows. */
  async ask(question: Record<string, unknown>): Promise<Record<string, number>> {
    return (await this.#children[0]!.ask(question)) as Record<string, number>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#children.map((child) => child.end()))
  }
}

class Child {
  readonly #name: string
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #reader: Interface
  #errors = ''

  constructor(name: string, { file, args, env }: SideCommand['commands'][number]) {
    this.#name = name
    this.#process = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#errors = (this.#errors + text).slice(-4000)))
    this.#process.stdin!.on('error', () => {}) // its end is told by `answer`
    this.#reader = createInterface({ input: this.#process.stdout! })
    this.#lines = this.#reader[Symbol.asyncIterator]()
  }

  async ask(question: Record<string, unknown>): Promise<unknown> {
    this.#process.stdin!.write(`${JSON.stringify(question)}\n`)
    return this.answer()
  }

  async answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`${this.#name} ended early.\n${this.#errors}`)
    return JSON.parse(value)
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode) return
    const ended = once(this.#process, 'exit')
    this.#process.stdin!.end()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(timer)
    this.#reader.close()
  }
}
