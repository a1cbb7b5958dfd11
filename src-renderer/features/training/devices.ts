import type { DeviceSample } from '../../../src-shared/domain/run.ts'
import type { DeviceReading } from './telemetry.ts'

/** One figure of a device over time. */
export interface Gauge {
  /** The latest; null where it is not measured. */
  value: number | null
  /** Oldest first; null where a reading has no word of this rank. */
  history: (number | null)[]
}

export interface Device {
  rank: number
  latest: DeviceSample
  /** Power and temperature come from GPUs alone. */
  gpu: boolean
  /** Per cent: of the GPU, or of the cores of the machine. */
  utilisation: Gauge
  /** Bytes. */
  memory: Gauge
  /** Watts. */
  power: Gauge
  /** Degrees Celsius. */
  temperature: Gauge
}

/** One entry a rank, in their order, from the readings of a run. */
export function devicesOf(readings: readonly DeviceReading[]): Device[] {
  const ranks = [...new Set(readings.flatMap(({ samples }) => samples.map(({ rank }) => rank)))].sort((a, b) => a - b)
  return ranks.map((rank) => {
    const own = readings.map(({ samples }) => samples.find((sample) => sample.rank === rank) ?? null)
    const gauge = (of: (sample: DeviceSample) => number | undefined): Gauge => {
      const history = own.map((sample) => (sample ? (of(sample) ?? null) : null))
      return { value: history.findLast((value) => value !== null) ?? null, history }
    }
    const power = gauge((sample) => sample.power)
    const temperature = gauge((sample) => sample.temperature)
    return {
      rank,
      latest: own.findLast((sample) => sample !== null)!,
      gpu: power.value !== null || temperature.value !== null,
      utilisation: gauge((sample) => sample.utilisation),
      memory: gauge((sample) => sample.memoryUsed),
      power,
      temperature,
    }
  })
}

/** Seconds between the first reading and the last. */
export function spanOf(readings: readonly Pick<DeviceReading, 'at'>[]): number {
  const [first, last] = [readings[0], readings.at(-1)]
  return first && last ? Math.max(0, (Date.parse(last.at) - Date.parse(first.at)) / 1000) : 0
}
