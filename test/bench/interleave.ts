/** Two or more sides in turn, so that whatever else the machine does falls on all of them alike. */
import { Side, type Ready, type SideCommand, type Timings } from './side.ts'

export interface Figures {
  /** Seconds of a step. */
  median: number
  minimum: number
  /** CPU seconds of a step. */
  cpuMedian: number
  cpuMinimum: number
  /** Greatest resident memory, bytes. */
  peak: number
  /** Page faults of a step, median. */
  faults: number
  steps: number
  ready: Ready
}

export interface Plan {
  rounds: number
  /** Steps of one side in one round. */
  steps: number
  /** Steps before the first round that do not count, beyond the one that each side takes to be ready. */
  warmUp: number
  /** No round begins after so many seconds of them, save the second: on busy cores a benchmark ends too. */
  seconds?: number
}

/** @param extra asked of the open sides before they close, e.g. the GEMM peak in the same minutes */
export async function interleave<N extends string>(
  commands: Record<N, SideCommand>,
  { rounds, steps, warmUp, seconds = Infinity }: Plan,
  extra?: (sides: Record<N, Side>) => Promise<void>,
): Promise<Record<N, Figures>> {
  const names = Object.keys(commands) as N[]
  const sides = {} as Record<N, Side>
  try {
    for (const name of names) sides[name] = await Side.open(commands[name])
    for (const name of names) if (warmUp) await sides[name].steps(warmUp)
    const taken = Object.fromEntries(names.map((name) => [name, [] as Timings[]])) as Record<N, Timings[]>
    const began = performance.now()
    for (let round = 0; round < rounds && (round < 2 || performance.now() - began < 1000 * seconds); round++) {
      // Who goes first changes, or one side would always run on the caches that the other left.
      for (const name of round % 2 ? names.toReversed() : names) {
        taken[name].push(await sides[name].steps(steps))
        process.stderr.write(`round ${round + 1}/${rounds} ${name}: ${taken[name].at(-1)!.seconds.map((s) => s.toFixed(3)).join(' ')} s\n`)
      }
      await extra?.(sides)
    }
    return Object.fromEntries(names.map((name) => [name, figuresOf(taken[name], sides[name].ready)])) as Record<N, Figures>
  } finally {
    await Promise.all(Object.values<Side>(sides).map((side) => side[Symbol.asyncDispose]()))
  }
}

function figuresOf(rounds: Timings[], ready: Ready): Figures {
  const all = (key: 'seconds' | 'cpu' | 'faults'): number[] => rounds.flatMap((round) => round[key])
  return {
    median: median(all('seconds')),
    minimum: Math.min(...all('seconds')),
    cpuMedian: median(all('cpu')),
    cpuMinimum: Math.min(...all('cpu')),
    peak: Math.max(...rounds.map(({ peak }) => peak)),
    faults: median(all('faults')),
    steps: all('seconds').length,
    ready,
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
