import type { RateCurve } from '#shared/contracts/training.ts'
import type { Job } from '#shared/domain/job.ts'
import type { RunConfig, TrainEvent } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { SWEEP } from '#main/engine/training/rates.ts'
import type { JobContext, JobsService } from '../jobs/jobs.ts'
import type { RunRequest } from './config.ts'
import type { StepEvent } from './rate-finding.ts'
import type { TrainingService } from './training.ts'

/** Steps of a trial: the first ones compile and warm up, the others are measured. */
export const TRIAL = { warmUp: 2, steps: 8 }
/** Curves of sweeps that are remembered while the program runs. */
const REMEMBERED = 20

/** What a trial tells; the same fields of the run it stands for say when it applies. */
export type TrialResult = Pick<RunConfig, 'model' | 'size' | 'device' | 'workers' | 'batch'> & { imagesPerSecond: number; memoryBytes: number; precision: string }

/** Short trainings that keep no weights, as jobs: the search for a rate, and the measure of a run's speed. They wait for the runs before them. */
export class TrialsService {
  readonly #jobs: JobsService
  readonly #training: TrainingService
  readonly #curves = new Map<string, RateCurve>()

  constructor(jobs: JobsService, training: TrainingService) {
    this.#jobs = jobs
    this.#training = training
    jobs.register<RunRequest>('lr-find', { resumable: false, run: (request, job) => this.#findRate(request, job) })
    jobs.register<RunRequest>('trial', { resumable: false, run: (request, job) => this.#measure(request, job) })
  }

  /** @throws what `TrainingService.plan` throws */
  async findRate(request: RunRequest): Promise<Job> {
    const { dataset, config } = await this.#training.plan(request)
    const job = this.#jobs.start('lr-find', `Learning rate of ${config.model} on ${dataset.name}`, request)
    this.#remember(job.id, { points: [], suggestion: null })
    return job
  }

  /** @throws what `TrainingService.plan` throws */
  async measure(request: RunRequest): Promise<Job> {
    const { dataset, config } = await this.#training.plan(request)
    return this.#jobs.start('trial', `Speed of ${config.model} on ${dataset.name}`, request)
  }

  /** @throws NOT_FOUND when the sweep was made before the program began */
  curve(job: string): RateCurve {
    const curve = this.#curves.get(job)
    if (!curve) throw new CodedError('NOT_FOUND', 'This curve is no longer at hand.', { remedy: 'Sweep the rate again.' })
    return curve
  }

  async #findRate(request: RunRequest, job: JobContext): Promise<Job['result']> {
    job.progress(0, SWEEP.steps)
    const step = (event: StepEvent, points: RateCurve['points']): boolean => {
      this.#remember(job.id, { points: [...points], suggestion: null })
      job.progress(event.step, SWEEP.steps)
      return false
    }
    const { curve, suggestion } = await this.#training.findRate(request, { record: () => {}, step }, job.signal)
    this.#remember(job.id, { points: curve, suggestion })
    return suggestion === null ? {} : { suggestion }
  }

  async #measure(request: RunRequest, job: JobContext): Promise<Job['result']> {
    const rates: number[] = []
    const memory = new Map<number, number>()
    job.progress(0, TRIAL.steps)
    const record = (event: TrainEvent): void => {
      if (event.event === 'device') for (const { rank, memoryUsed } of event.samples) memory.set(rank, Math.max(memory.get(rank) ?? 0, memoryUsed))
    }
    const step = ({ step: done, imagesPerSecond }: StepEvent): boolean => {
      if (done > TRIAL.warmUp) rates.push(imagesPerSecond)
      job.progress(Math.min(done, TRIAL.steps), TRIAL.steps)
      // A reading of the devices comes every other second: without one the memory stays unknown.
      return done >= TRIAL.steps && memory.size > 0
    }
    const { config } = await this.#training.findRate(request, { record, step }, job.signal)
    const { model, size, device, workers, batch, precision = 'fp32' } = config
    return { model, size, device, workers, batch, precision, imagesPerSecond: median(rates), memoryBytes: Math.max(0, ...memory.values()) } satisfies TrialResult
  }

  #remember(job: string, curve: RateCurve): void {
    this.#curves.set(job, curve)
    for (const id of this.#curves.keys()) if (this.#curves.size > REMEMBERED) this.#curves.delete(id)
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
