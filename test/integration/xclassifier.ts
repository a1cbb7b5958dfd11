import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import type { TrainEvent } from '#shared/domain/run.ts'
import type { ErrorShape } from '#shared/errors.ts'

export const ROOT = join(import.meta.dirname, '../..')
/** 144 films of 112 patients in CheXpert layout. */
export const SAMPLE_SET = join(ROOT, 'resources/samples/dataset')

export interface Ended {
  /** Exit code, null after a signal. */
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** The command line as users start it, in a process of its own. */
export interface Running {
  pid: number
  ended: Promise<Ended>
  kill(signal: NodeJS.Signals): void
  /** Called with each line of stdout. */
  onLine(listener: (line: string) => void): void
}

/** A temporary folder and the command over a library in it. */
export interface CommandLine {
  folder: string
  library: string
  start(...args: string[]): Running
  run(...args: string[]): Promise<Ended>
  /** With `--json`; what a failing command answers is not expected here. */
  json<T>(...args: string[]): Promise<T>
  /** The coded error that a command must end with. */
  error(...args: string[]): Promise<ErrorShape>
}

/** @param env in addition to that of the test */
export function commandLine(t: Pick<TestContext, 'after'>, env: Record<string, string> = {}): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  const library = join(folder, 'library')
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const start = (...args: string[]): Running => startProcess(['--data', library, ...args], env)
  const run = (...args: string[]): Promise<Ended> => start(...args).ended
  return {
    folder,
    library,
    start,
    run,
    async json(...args) {
      const { code, stdout, stderr } = await run(...args, '--json')
      if (code !== 0) throw new Error(`xclassifier ${args.join(' ')} ended with ${code}: ${stderr}`)
      return JSON.parse(stdout) as never
    },
    async error(...args) {
      const { code, stdout, stderr } = await run(...args, '--json')
      if (!code) throw new Error(`xclassifier ${args.join(' ')} ended with ${code}: ${stderr}`)
      return (JSON.parse(stdout.trim().split('\n').at(-1)!) as { error: ErrorShape }).error
    },
  }
}

function startProcess(args: string[], env: Record<string, string>): Running {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/xclassifier.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  const lines = createInterface({ input: child.stdout })
  return {
    pid: child.pid!,
    ended: new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
    }),
    kill: (signal) => void child.kill(signal),
    onLine: (listener) => void lines.on('line', listener),
  }
}

export type EventOf<K extends TrainEvent['event']> = Extract<TrainEvent, { event: K }>

/** Events of one kind out of the JSON lines of `train` or `resume`. */
export function eventsOf<K extends TrainEvent['event']>({ stdout }: Ended, kind: K): EventOf<K>[] {
  return linesOf(stdout).filter((event): event is EventOf<K> => event.event === kind)
}

/** Every line of stdout: with `--json` each is an event, or this throws. */
export function linesOf(stdout: string): TrainEvent[] {
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as TrainEvent)
}

/** Process ids of the trainers of a run that are alive, by rank. */
export function trainersOf(run: string): number[] {
  const all = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,stat=,args='], { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n')
  return all
    .flatMap((line) => {
      const [, pid, state, rank] = new RegExp(`^\\s*(\\d+)\\s+(\\S+).*trainer\\.\\w+ --run ${run} --rank (\\d+)`).exec(line) ?? []
      return pid && !state!.startsWith('Z') ? [{ pid: Number(pid), rank: Number(rank) }] : []
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ pid }) => pid)
}

/** Ask until the answer is yes. @throws after `seconds` */
export async function until(what: string, holds: () => boolean, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
