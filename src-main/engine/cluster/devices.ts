/** Readings of the devices of a run, as in the paper's Fig. 3: nvidia-smi for GPUs; on CPU each process stands for its device. */
import { execFile } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { DeviceSample } from '#shared/domain/run.ts'
import type { Rank } from './rank.ts'

/** Process readings of the ranks that have sent two heartbeats; utilisation is of all cores of the machine. */
export function sampleProcesses(ranks: readonly Rank[]): DeviceSample[] {
  const cores = cpus()
  return ranks.flatMap(({ rank, process, usage: [before, now], exit }) => {
    if (!before || !now || exit || process.pid === undefined) return []
    const seconds = (now.at - before.at) / 1000
    const utilisation = seconds > 0 ? ((now.cpuSeconds - before.cpuSeconds) / seconds / cores.length) * 100 : 0
    return [{
      rank,
      name: cores[0]?.model.trim() ?? 'CPU',
      pid: process.pid,
      utilisation: Math.min(100, Math.max(0, utilisation)),
      memoryUsed: now.memoryBytes,
      memoryTotal: totalmem(),
    }]
  })
}

const FIELDS = ['index', 'name', 'utilization.gpu', 'memory.used', 'memory.total', 'power.draw', 'temperature.gpu']
const MIB = 2 ** 20

/** One line of nvidia-smi's CSV; a figure that the card does not give is `[N/A]`. */
export function parseGpuLine(line: string): { index: number; reading: Omit<DeviceSample, 'rank' | 'pid'> } {
  const [index, name, utilisation, used, total, power, temperature] = line.split(',').map((cell) => cell.trim())
  const optional = (cell: string | undefined): number | undefined => (Number.isFinite(Number(cell)) && cell ? Number(cell) : undefined)
  const reading = {
    name: name ?? 'GPU',
    utilisation: optional(utilisation) ?? 0,
    memoryUsed: (optional(used) ?? 0) * MIB,
    memoryTotal: (optional(total) ?? 0) * MIB,
    power: optional(power),
    temperature: optional(temperature),
  }
  return { index: Number(index), reading }
}

/** Readings of each rank's GPU; none when nvidia-smi does not answer. */
export async function sampleGpus(ranks: readonly Rank[], gpuOf: (rank: number) => number): Promise<DeviceSample[]> {
  let stdout: string
  try {
    ;({ stdout } = await promisify(execFile)('nvidia-smi', [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits'], { timeout: 5000 }))
  } catch {
    return []
  }
  const gpus = stdout.trim().split('\n').map(parseGpuLine)
  return ranks.flatMap(({ rank, process, exit }) => {
    const gpu = gpus.find((g) => g.index === gpuOf(rank))
    if (!gpu || exit || process.pid === undefined) return []
    return [{ rank, pid: process.pid, ...gpu.reading }]
  })
}
