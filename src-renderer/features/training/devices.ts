import type { DeviceSample } from '../../../src-shared/domain/run.ts'
import type { DeviceReading } from './telemetry.ts'

export interface Device {
  rank: number
  latest: DeviceSample
  /** Per cent, oldest first; null where a reading has no word of this rank. */
  utilisation: (number | null)[]
  /** Per cent of the memory. */
  memory: (number | null)[]
}

/** One entry a rank, in their order, from the readings of a run. */
export function devicesOf(readings: readonly DeviceReading[]): Device[] {
  const ranks = [...new Set(readings.flatMap(({ samples }) => samples.map(({ rank }) => rank)))].sort((a, b) => a - b)
  return ranks.map((rank) => {
    const own = readings.map(({ samples }) => samples.find((sample) => sample.rank === rank) ?? null)
    return {
      rank,
      latest: own.findLast((sample) => sample !== null)!,
      utilisation: own.map((sample) => sample && sample.utilisation),
      memory: own.map((sample) => (sample?.memoryTotal ? (sample.memoryUsed / sample.memoryTotal) * 100 : null)),
    }
  })
}
