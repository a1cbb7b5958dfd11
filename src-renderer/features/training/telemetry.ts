import type { LogLine, StepSample } from '../../../src-shared/contracts/training.ts'
import type { DeviceSample, EpochSummary, TrainEvent } from '../../../src-shared/domain/run.ts'

export interface DeviceReading {
  at: string
  samples: DeviceSample[]
}

/** What a run has told so far; the arrays are written to in place. */
export interface Telemetry {
  steps: StepSample[]
  epochs: EpochSummary[]
  devices: DeviceReading[]
  log: LogLine[]
}

export type TelemetryKind = keyof Telemetry

/** Above this a curve has more points than a screen has pixels. */
export const MOST_STEPS = 4000
export const MOST_READINGS = 300
export const MOST_LINES = 1000

export const emptyTelemetry = (): Telemetry => ({ steps: [], epochs: [], devices: [], log: [] })

/** Take in one event of the live stream; answers what changed, or null. */
export function takeEvent(telemetry: Telemetry, event: TrainEvent, at: string): TelemetryKind | null {
  switch (event.event) {
    case 'step':
      return takeStep(telemetry, event)
    case 'epoch':
      return takeEpoch(telemetry, event)
    case 'device':
      telemetry.devices.push({ at, samples: event.samples })
      drop(telemetry.devices, MOST_READINGS)
      return 'devices'
    case 'log':
      return takeLine(telemetry, { at, level: event.level, message: event.message, rank: event.rank ?? null })
    case 'restart':
      return takeLine(telemetry, { at, level: 'warn', message: event.reason, rank: event.rank })
    default:
      return null
  }
}

function takeStep({ steps }: Telemetry, { step, epoch, loss, lr, imagesPerSecond }: StepSample): TelemetryKind {
  // A run that goes on from a checkpoint tells some steps again; the later telling holds.
  while (steps.length && steps.at(-1)!.step >= step) steps.pop()
  steps.push({ step, epoch, loss, lr, imagesPerSecond })
  if (steps.length > MOST_STEPS) thin(steps)
  return 'steps'
}

function takeEpoch({ epochs }: Telemetry, { event: _event, ...summary }: { event: 'epoch' } & EpochSummary): TelemetryKind {
  while (epochs.length && epochs.at(-1)!.epoch >= summary.epoch) epochs.pop()
  epochs.push(summary)
  return 'epochs'
}

function takeLine({ log }: Telemetry, line: LogLine): TelemetryKind {
  log.push(line)
  drop(log, MOST_LINES)
  return 'log'
}

/** Every second sample goes; the last one stays. */
function thin(steps: StepSample[]): void {
  const last = steps.length - 1
  let kept = 0
  for (let i = last % 2; i <= last; i += 2) steps[kept++] = steps[i]!
  steps.length = kept
}

/** The oldest go. */
const drop = (items: unknown[], most: number): void => void items.splice(0, items.length - most)
