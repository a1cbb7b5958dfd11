/** Our child's half of the conversation of side.ts. */
import { createInterface } from 'node:readline'
import type { Ready, Timings } from './side.ts'

/** Settings of this child, given as JSON in its first argument. */
export const setting = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T

/** Says `ready`, then steps on command until stdin closes. The caller exits: a collective server would keep the process. */
export async function serve(ready: Ready, step: () => Promise<unknown>): Promise<void> {
  say({ ready })
  for await (const line of createInterface({ input: process.stdin })) {
    const { steps } = JSON.parse(line) as { steps: number }
    say(await timed(steps, step))
  }
}

async function timed(count: number, step: () => Promise<unknown>): Promise<Timings> {
  const timings: Timings = { seconds: [], cpu: [], faults: [], peak: 0 }
  for (let i = 0; i < count; i++) {
    const [began, cpu, faults] = [performance.now(), cpuSeconds(), process.resourceUsage().minorPageFault]
    await step()
    timings.seconds.push((performance.now() - began) / 1000)
    timings.cpu.push(cpuSeconds() - cpu)
    timings.faults.push(process.resourceUsage().minorPageFault - faults)
  }
  timings.peak = process.resourceUsage().maxRSS * 1024
  return timings
}

export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const say = (message: unknown): void => void process.stdout.write(`${JSON.stringify(message)}\n`)
