import type { LogLine, StepSample } from '#shared/contracts/training.ts'
import type { DeviceSample, EpochSummary } from '#shared/domain/run.ts'
import type { Db } from '../connection.ts'
import { requireKey } from '../ids.ts'

/** What runs tell while they run. A resumed run tells steps and epochs again; the later telling holds. */
export class TelemetryRepository {
  readonly #db
  readonly #addEpoch
  readonly #addStep
  readonly #addDevices
  readonly #addLog
  readonly #epochs
  readonly #steps
  readonly #devices
  readonly #log
  readonly #rewind

  constructor(db: Db) {
    this.#db = db
    this.#addEpoch = db.prepare('INSERT OR REPLACE INTO epochs (run, epoch, summary) VALUES (?, ?, ?)')
    this.#addStep = db.prepare('INSERT OR REPLACE INTO steps (run, step, epoch, loss, lr, images_per_second) VALUES (?, ?, ?, ?, ?, ?)')
    this.#addDevices = db.prepare('INSERT OR REPLACE INTO device_samples (run, at, samples) VALUES (?, ?, ?)')
    this.#addLog = db.prepare('INSERT INTO log_lines (run, at, level, message, rank) VALUES (?, ?, ?, ?, ?)')
    this.#epochs = db.prepare<[number], string>('SELECT summary FROM epochs WHERE run = ? ORDER BY epoch').pluck()
    this.#steps = db.prepare<{ run: number; limit: number }, StepSample>(`
      SELECT step, epoch, loss, lr, images_per_second AS imagesPerSecond FROM (
        SELECT *, ntile(@limit) OVER (ORDER BY step) AS tile, row_number() OVER (ORDER BY step DESC) AS fromLast FROM steps WHERE run = @run)
      GROUP BY tile HAVING min(fromLast) ORDER BY step`)
    this.#devices = db.prepare<[number, number], { at: string; samples: string }>(
      'SELECT at, samples FROM (SELECT at, samples FROM device_samples WHERE run = ? ORDER BY at DESC LIMIT ?) ORDER BY at',
    )
    this.#log = db.prepare<[number, number], LogLine>(
      'SELECT at, level, message, rank FROM (SELECT * FROM log_lines WHERE run = ? ORDER BY key DESC LIMIT ?) ORDER BY key',
    )
    this.#rewind = [db.prepare('DELETE FROM steps WHERE run = ? AND step > ?'), db.prepare('DELETE FROM epochs WHERE run = ? AND epoch > ?')] as const
  }

  addEpoch(run: string, summary: EpochSummary): void {
    this.#addEpoch.run(requireKey('run', run), summary.epoch, JSON.stringify(summary))
  }

  /** Many at once in one transaction: a run tells several a second. */
  addSteps(run: string, samples: readonly StepSample[]): void {
    const key = requireKey('run', run)
    this.#db
      .transaction(() => {
        for (const { step, epoch, loss, lr, imagesPerSecond } of samples) this.#addStep.run(key, step, epoch, loss, lr, imagesPerSecond)
      })
      .immediate()
  }

  addDevices(run: string, at: string, samples: readonly DeviceSample[]): void {
    this.#addDevices.run(requireKey('run', run), at, JSON.stringify(samples))
  }

  addLog(run: string, line: LogLine): void {
    this.#addLog.run(requireKey('run', run), line.at, line.level, line.message, line.rank)
  }

  epochs(run: string): EpochSummary[] {
    return this.#epochs.all(requireKey('run', run)).map((summary) => JSON.parse(summary) as EpochSummary)
  }

  /** At most `limit`, thinned evenly; the last step is always among them. */
  steps(run: string, limit: number): StepSample[] {
    return this.#steps.all({ run: requireKey('run', run), limit })
  }

  /** The newest `limit` readings, oldest first. */
  devices(run: string, limit: number): { at: string; samples: DeviceSample[] }[] {
    return this.#devices.all(requireKey('run', run), limit).map(({ at, samples }) => ({ at, samples: JSON.parse(samples) as DeviceSample[] }))
  }

  /** The newest `limit` lines, oldest first. */
  log(run: string, limit: number): LogLine[] {
    return this.#log.all(requireKey('run', run), limit)
  }

  /** Forget what came after the checkpoint from which a run goes on. */
  rewind(run: string, step: number, epoch: number): void {
    this.#rewind[0].run(requireKey('run', run), step)
    this.#rewind[1].run(requireKey('run', run), epoch)
  }
}
