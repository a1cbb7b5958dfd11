import type { Events } from '#shared/contracts/index.ts'
import type { StepSample } from '#shared/contracts/training.ts'
import type { EpochSummary, TrainEvent } from '#shared/domain/run.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import { publicRun } from '#main/store/repositories/runs.ts'
import type { RunChange } from '#main/store/repositories/runs.ts'
import { logLineOf } from './logLine.ts'

/** Steps come several a second; they are written together, and the row of the run is told as often. */
const FLUSH_MS = 1000

/** Writes what a run tells into the database, and passes it on to the pages. */
export class RunRecorder {
  readonly #store: Store
  readonly #host: Host
  readonly #run: string
  #steps: StepSample[] = []
  #timer: NodeJS.Timeout | null = null
  #totalSteps: number

  constructor(store: Store, host: Host, run: string) {
    this.#store = store
    this.#host = host
    this.#run = run
    this.#totalSteps = store.runs.get(run).totalSteps
  }

  record(event: TrainEvent): void {
    const { telemetry } = this.#store
    const at = new Date().toISOString()
    switch (event.event) {
      case 'started':
        this.#totalSteps = event.stepsPerEpoch * event.epochs
        this.change({ totalSteps: this.#totalSteps })
        break
      case 'step':
        this.#step(event)
        break
      case 'epoch': {
        telemetry.addEpoch(this.#run, summaryOf(event))
        this.change({ epoch: event.epoch, ...this.#betterThan(event.epoch, event.auc.macro) })
        break
      }
      case 'checkpoint':
        this.#store.checkpoints.add({ run: this.#run, path: event.path, step: event.step, best: event.best })
        break
      case 'device':
        telemetry.addDevices(this.#run, at, event.samples)
        break
      case 'log':
        telemetry.addLog(this.#run, { at, level: event.level, message: event.message, rank: event.rank ?? null })
        break
      default:
        break
    }
    this.#host.emit('train', { run: this.#run, event } satisfies Events['train'])
    const line = logLineOf(event)
    if (line) this.record({ event: 'log', ...line })
  }

  /** Change the run's row and tell the pages. */
  change(change: RunChange): void {
    this.#host.emit('run', publicRun(this.#store.runs.update(this.#run, change)))
  }

  /** Write what is still in memory. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    const last = this.#steps.at(-1)
    if (!last) return
    this.#store.telemetry.addSteps(this.#run, this.#steps)
    this.#steps = []
    this.change({ step: last.step, imagesPerSecond: last.imagesPerSecond, timeLeft: this.#timeLeft(last) })
  }

  #step({ step, epoch, loss, lr, imagesPerSecond }: StepSample): void {
    this.#steps.push({ step, epoch, loss, lr, imagesPerSecond })
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS)
  }

  /** Seconds that the steps still to come take at the present rate, without validation; null before the first step. */
  #timeLeft({ step, imagesPerSecond }: StepSample): number | null {
    const { config } = this.#store.runs.get(this.#run)
    const images = Math.max(0, this.#totalSteps - step) * config.batch * config.workers * (config.accumulate ?? 1)
    return imagesPerSecond > 0 ? images / imagesPerSecond : null
  }

  #betterThan(epoch: number, auc: number | null): RunChange {
    const { best } = this.#store.runs.get(this.#run)
    const better = !best || (auc !== null && (best.auc === null || auc > best.auc))
    return better ? { best: { epoch, auc } } : {}
  }
}

function summaryOf({ epoch, trainLoss, valLoss, accuracy, allNegativeAccuracy, auc, imagesPerSecond, seconds }: EpochSummary): EpochSummary {
  return { epoch, trainLoss, valLoss, accuracy, allNegativeAccuracy, auc, imagesPerSecond, seconds }
}
