import type { Calibration, Evaluation, EvaluationProvenance, EvaluationRow, JudgedPart, WrongFilm } from '#shared/domain/evaluation.ts'
import type { Job } from '#shared/domain/job.ts'
import type { Label } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { Host } from '#main/host/host.ts'
import { publicEvaluation } from '#main/store/repositories/evaluations.ts'
import type { StoredModel } from '#main/store/repositories/models.ts'
import { appVersion } from '../app.ts'
import { ensureReference } from '../gate/references.ts'
import type { JobContext, JobsService } from '../jobs/jobs.ts'
import { calibrate } from './calibrating.ts'
import { writeCalibration } from './calibration-file.ts'
import { BOOTSTRAP, figuresOf } from './figures.ts'
import { verdictOf, type Verdict } from './judge.ts'
import { nothing, partOf, type Part } from './part.ts'
import { scorePart, within, type ScoringTools } from './scoring.ts'
import { worstOf, type WrongKind } from './worst.ts'

interface JobInput {
  /** Ids. */
  model: string
  dataset: string
  part: JudgedPart
}

/** An evaluation's films as they stand in the library now. */
export interface Judgement {
  part: Part
  verdict: Verdict
  calibration: Calibration | null
}

/** Longest time the statistics keep others waiting, in milliseconds. */
const TURN = 15

/** How good models are on parts of data sets, and their calibration: both as jobs, since both predict many films. */
export class EvaluationsService {
  readonly #tools: ScoringTools
  readonly #host: Host
  readonly #jobs: JobsService

  constructor(tools: ScoringTools, host: Host, jobs: JobsService) {
    this.#tools = tools
    this.#host = host
    this.#jobs = jobs
    jobs.register<JobInput>('evaluate', { resumable: true, run: (input, job) => this.#evaluate(input, job) })
    jobs.register<JobInput>('calibrate', { resumable: true, run: (input, job) => this.#calibrate(input, job) })
  }

  /** @param of id or name of a model or a run. The job's result names the evaluation. @throws NOT_FOUND, LABELS_ONLY */
  async start(of: string, dataset: string, part: JudgedPart): Promise<Job> {
    const { model, set } = await this.#asked(of, dataset)
    return this.#jobs.start<JobInput>('evaluate', `Evaluate ${model.name} on ${set.name}`, { model: model.id, dataset: set.id, part })
  }

  /** On validation films alone: thresholds chosen on test films would flatter every figure taken there. The job's result names the calibration. */
  async startCalibration(of: string, dataset: string): Promise<Job> {
    const { model, set } = await this.#asked(of, dataset)
    return this.#jobs.start<JobInput>('calibrate', `Calibrate ${model.name} on ${set.name}`, { model: model.id, dataset: set.id, part: 'val' })
  }

  list(model: string): EvaluationRow[] {
    const { store } = this.#tools
    return store.evaluations.ofModel(store.models.get(model).id).map(publicEvaluation)
  }

  get(id: string): Evaluation {
    return this.#tools.store.evaluations.result(id)
  }

  remove(id: string): boolean {
    const removed = this.#tools.store.evaluations.remove(id)
    this.#host.emit('changed', { what: ['models'] })
    return removed
  }

  calibrations(model: string): Calibration[] {
    const { store } = this.#tools
    return store.calibrations.ofModel(store.models.get(model).id)
  }

  calibration(id: string): Calibration {
    return this.#tools.store.calibrations.get(id)
  }

  worst(id: string, label: Label, kind: WrongKind, limit: number): WrongFilm[] {
    const { verdict, calibration } = this.judgement(id)
    return worstOf(verdict, calibration, label, kind, limit)
  }

  /** The films behind an evaluation. @throws NOT_FOUND when its data set or split is gone */
  judgement(id: string): Judgement {
    const { store } = this.#tools
    const { model, dataset, split, part, calibration } = store.evaluations.get(id)
    const scoring = split && store.evaluations.scoring(model, split, part)
    if (dataset === null || !scoring) throw new CodedError('NOT_FOUND', 'The films of this evaluation are no longer in the library.', { remedy: 'Evaluate the model again.' })
    const judged = partOf(store, model, dataset, part)
    return { part: judged, verdict: verdictOf(judged, within(scoring, judged.rows)), calibration: calibration === null ? null : store.calibrations.get(calibration) }
  }

  async #asked(of: string, dataset: string): Promise<{ model: StoredModel; set: { id: string; name: string } }> {
    const model = await this.#model(of)
    const set = this.#tools.store.datasets.get(dataset)
    if (!set.hasFiles) throw new CodedError('LABELS_ONLY', `The data set "${set.name}" has labels only.`, { remedy: 'Import it again with its images.' })
    return { model, set }
  }

  /** A model goes before a run of the same name. */
  async #model(of: string): Promise<StoredModel> {
    const { models, runs } = this.#tools.store
    try {
      return models.get(of)
    } catch {
      const run = runs.list().find(({ id, name }) => id === of || name === of)
      if (!run) throw new CodedError('NOT_FOUND', `There is neither a model nor a run "${of}".`)
      return models.ofRun(run.id) ?? models.get((await this.#tools.models.fromRun(run.id)).id)
    }
  }

  async #evaluate({ model, dataset, part }: JobInput, job: JobContext): Promise<Job['result']> {
    const { store } = this.#tools
    const judged = partOf(store, model, dataset, part)
    const { verdict, skipped } = await this.#judge(judged, job)
    const calibration = store.calibrations.newest(model)
    let turn = performance.now()
    const result = await figuresOf({
      verdict, skipped, excluded: judged.excluded, calibration, thresholds: judged.model.thresholds, provenance: provenanceOf(judged, calibration),
      async pause(done) {
        if (performance.now() - turn < TURN) return
        job.progress(judged.rows.length + done, judged.rows.length + BOOTSTRAP.resamples)
        await job.breathe()
        turn = performance.now()
      },
    })
    const kept = store.evaluations.create({ model, dataset, split: judged.split.id, calibration: calibration?.id ?? null, datasetName: judged.dataset.name, part, result })
    this.#host.emit('changed', { what: ['models'] })
    return { evaluation: kept.id, images: result.images }
  }

  async #calibrate({ model, dataset, part }: JobInput, job: JobContext): Promise<Job['result']> {
    const { store } = this.#tools
    const judged = partOf(store, model, dataset, part)
    const { verdict } = await this.#judge(judged, job)
    const found = calibrate(verdict, judged.model.thresholds)
    const kept = store.calibrations.create({ model, datasetName: judged.dataset.name, part, images: verdict.films.length, ...found })
    store.audit.add('model.calibrate', model, { version: kept.version })
    await this.#keepBeside(kept)
    await ensureReference(this.#tools, model, dataset, { signal: job.signal, breathe: job.breathe })
    this.#host.emit('changed', { what: ['models'] })
    return { calibration: kept.id, version: kept.version, images: kept.images }
  }

  /**
   * A threshold that a reader chose on the curves of an evaluation becomes the model's, as a next version of its calibration, with what it is
   * worth on the films that it was chosen on. @throws NOT_FOUND, NOT_CALIBRATED
   */
  async setThreshold(id: string, label: Label, threshold: number): Promise<Calibration> {
    const { store } = this.#tools
    const { model, datasetName, part, images } = store.evaluations.get(id)
    const before = store.calibrations.newest(model)
    if (!before) throw new CodedError('NOT_CALIBRATED', 'The model has no calibration whose threshold could be changed.', { remedy: 'Calibrate the model first.' })
    const { points, positives, negatives } = store.evaluations.result(id).curves[label]
    const at = points.findLastIndex((point) => point.threshold >= threshold)
    const { tp, fp } = points[at] ?? { tp: 0, fp: 0 }
    const chosen = { threshold: justBelow(threshold, points[at + 1]?.threshold ?? 0), confusion: { tp, fp, fn: positives - tp, tn: negatives - fp }, chosenOn: { datasetName, part, images } }
    const { temperature, ece, perLabel, ...rest } = before
    const kept = store.calibrations.create({ model, datasetName: rest.datasetName, part: rest.part, images: rest.images, temperature, ece, perLabel: { ...perLabel, [label]: { ...perLabel[label], ...chosen } } })
    store.audit.add('model.threshold', model, { version: kept.version, label, threshold })
    await this.#keepBeside(kept)
    this.#host.emit('changed', { what: ['models'] })
    return kept
  }

  async #keepBeside(calibration: Calibration): Promise<void> {
    const { store, models } = this.#tools
    await writeCalibration(models.files(calibration.model), store.models.get(calibration.model).weightsHash, calibration)
  }

  async #judge(judged: Part, job: JobContext): Promise<{ verdict: Verdict; skipped: number }> {
    const scoring = await scorePart(this.#tools, judged, job)
    if (!scoring.rows.length) throw nothing(judged.dataset.name, judged.part)
    return { verdict: verdictOf(judged, scoring), skipped: judged.rows.length - scoring.rows.length }
  }
}

/** So near below a film's score that no other film lies between, so far that another runtime's last digits put the film on the same side. */
const justBelow = (threshold: number, next: number): number => Math.max((threshold + next) / 2, threshold - 1e-5)

function provenanceOf({ model, dataset, datasetHash, part, split, ofTheRun, policy }: Part, calibration: Calibration | null): EvaluationProvenance {
  const { kind, seed, ratios, preset, leakage } = split
  return {
    app: 'Xclassifier Desktop',
    version: appVersion(),
    model: model.name,
    modelVersion: model.version,
    weightsHash: model.weightsHash,
    dataset: dataset.name,
    datasetHash,
    part,
    split: { kind, seed, ratios, preset, leakage, ofTheRun },
    policy,
    calibration: calibration?.version ?? null,
    bootstrap: BOOTSTRAP,
    evaluatedAt: new Date().toISOString(),
  }
}

