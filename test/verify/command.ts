import assert from 'node:assert/strict'
import { main } from '#main/cli/main.ts'
import type { TrainEvent } from '#shared/domain/run.ts'

/** The command line with `--json` on one data folder, run in this process. */
export class CommandLine {
  readonly #data: string

  constructor(data: string) {
    this.#data = data
  }

  /** @returns what the command printed, an object a line; fails with its error unless it ended with 0 */
  async lines<T>(...args: string[]): Promise<T[]> {
    const out: string[] = []
    const complaints: string[] = []
    const output = { stdout: (text: string) => void out.push(text), stderr: (text: string) => void complaints.push(text) }
    const code = await main(['--data', this.#data, '--json', ...args], output, new AbortController().signal)
    assert.equal(code, 0, `xclassifier ${args.join(' ')}\n${complaints.slice(-10).join('')}`)
    return out.join('').trim().split('\n').map((line) => JSON.parse(line) as T)
  }

  async answer<T>(...args: string[]): Promise<T> {
    const [answer] = await this.lines<T>(...args)
    return answer!
  }

  /** A run to its end. */
  async train(dataset: string, ...args: string[]): Promise<Trained> {
    const events = await this.lines<TrainEvent>('train', dataset, '--device', 'cpu', ...args)
    const done = events.find((event) => event.event === 'done')
    assert.ok(done, 'the run made no model')
    return { model: done.model, steps: done.steps, epochs: events.filter((event) => event.event === 'epoch'), losses: events.flatMap((event) => (event.event === 'step' ? [event.loss] : [])) }
  }
}

export interface Trained {
  model: string
  steps: number
  epochs: Extract<TrainEvent, { event: 'epoch' }>[]
  /** Of each step, on the first process. */
  losses: number[]
}
