import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { bf16Instructions } from '#main/engine/runtime/cpu.ts'

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
  const load = loadavg()[0]!
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    bf16: bf16Instructions(),
    load: [load, load],
    date: new Date().toISOString(),
  }
}
