import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

export interface Machine {
  cpu: string
  cores: number
  memory: number
  /** Which of the bf16 instructions the CPU has. */
  bf16: string[]
  /** Average load of the last minute, before and after: well above the threads in use means that the cores were shared. */
  load: [number, number]
  date: string
}

export function machineNow(): Machine {
  let flags = ''
  try {
    flags = readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    // Not Linux: unknown.
  }
  const load = loadavg()[0]!
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    bf16: ['avx512_bf16', 'amx_bf16'].filter((flag) => flags.includes(flag)),
    load: [load, load],
    date: new Date().toISOString(),
  }
}
