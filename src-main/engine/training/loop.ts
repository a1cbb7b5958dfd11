import * as tf from '@tensorflow/tfjs'
import type { EpochSummary } from '#shared/domain/run.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import { PEER_LOST, type Assignment, type Outcome } from '../cluster/protocol.ts'
import type { TrainerChannel } from '../cluster/trainer-channel.ts'
import type { Batch } from '../data/films.ts'
import { readPlan } from '../plan.ts'
import { controlsOf } from './adamw.ts'
import { latestCheckpoint, removeUnfinished, saveCheckpoint, type Checkpoint, type Progress } from './checkpoint.ts'
import { checkAgreement, rankZeros } from './agreement.ts'
import { Feed } from './feed.ts'
import { collectGarbage } from './garbage.ts'
import { writeModelFolder } from './model-folder.ts'
import { Parameters } from './parameters.ts'
import { findRate } from './rate-finder.ts'
import { placeOf, totalSteps, type Place } from './schedule.ts'
import { openSetup, openStep, type Setup } from './setup.ts'
import { startLineage, startState } from './start.ts'
import { KEYS, seedOf, type RunStep } from './step.ts'
import { Validator } from './validation.ts'

/** Trains one rank of a run from its plan or its last checkpoint to its end, or until it is asked to stop. */
export async function trainRank(assignment: Assignment, channel: TrainerChannel): Promise<Outcome> {
  const setup = await openSetup(await readPlan(assignment.folder), assignment)
  const { aborted } = channel
  const abort = (): void => setup.runtime.abortCollectives(String(aborted?.reason))
  aborted?.addEventListener('abort', abort)
  if (aborted?.aborted) abort()
  try {
    return setup.plan.findRate ? await findRate(setup, channel) : await new Trainer(setup, channel).run()
  } finally {
    aborted?.removeEventListener('abort', abort)
    await setup.films[Symbol.asyncDispose]()
    setup.runtime.close()
  }
}

/** What one epoch measures besides what its checkpoint keeps. */
interface Clock {
  started: number
  steps: number
}

class Trainer {
  readonly #setup: Setup
  readonly #channel: TrainerChannel
  readonly #feed: Feed
  readonly #started = performance.now()
  #progress!: Progress
  #parameters!: Parameters
  #validator!: Validator
  #step?: { stage: number; run: RunStep }
  #epoch: Clock = { started: performance.now(), steps: 0 }
  /** Step of the checkpoint that this process read or wrote last. */
  #saved = 0

  constructor(setup: Setup, channel: TrainerChannel) {
    this.#setup = setup
    this.#channel = channel
    this.#feed = new Feed(setup.films, setup.plan.config.seed, setup.sharding)
  }

  async run(): Promise<Outcome> {
    await this.#begin()
    try {
      return await this.#train()
    } catch (error) {
      if (PEER_LOST.has(toErrorShape(error).code)) await this.#rescue()
      throw error
    }
  }

  async #train(): Promise<Outcome> {
    const { plan, stages, stepsPerEpoch, assignment } = this.#setup
    const end = Math.min(totalSteps(stages, stepsPerEpoch), plan.maxSteps ?? Infinity)
    const placeAt = (step: number): Place | undefined => (step < end ? placeOf(step, stages, stepsPerEpoch) : undefined)

    let place = placeAt(this.#progress.step)
    // Another rank was lost after the last step of an epoch and before its validation was done.
    if (this.#progress.offset > 0 && !place?.offset) await this.#endEpoch(this.#progress.epoch)
    let batch = place && this.#feed.read(place)
    while (place && batch && !this.#isExhausted()) {
      const ready = await batch
      const next = placeAt(this.#progress.step + 1)
      const prefetched = next && this.#feed.read(next)
      const stopping = await this.#takeStep(ready, place)
      if (!next || next.offset === 0) await this.#endEpoch(place.epoch)
      if (stopping && next) return this.#stopped(next)
      ;[place, batch] = [next, prefetched]
    }
    await this.#finish(assignment.folder)
    return 'done'
  }

  /** Rank 0's weights everywhere, and a checkpoint before the first step. */
  async #begin(): Promise<void> {
    const { plan, assignment, net, films, runtime, stages, stepsPerEpoch, sharding, leads } = this.#setup
    const saved = assignment.resume ? await latestCheckpoint(assignment.folder, net) : undefined
    if (saved) checkOrigin(saved, films.hash, sharding.batch * sharding.ranks)
    const progress = await rankZeros(saved?.progress ?? this.#beginning(), runtime.collectives)
    this.#progress = { ...progress, ...this.#manner() }
    this.#saved = this.#progress.step
    this.#parameters = new Parameters(net, saved?.state ?? { network: await startState(plan, net) })
    this.#validator = new Validator(net, this.#parameters, films, runtime.collectives, { ...sharding, batch: plan.config.batch })
    await this.#parameters.broadcast(runtime.collectives, KEYS.broadcast)
    if (!leads) return
    await removeUnfinished(assignment.folder)
    const epochs = stages.reduce((sum, stage) => sum + stage.epochs, 0)
    this.#channel.send({ type: 'event', event: { event: 'started', run: plan.run, stepsPerEpoch, epochs, workers: assignment.worldSize } })
    if (saved?.progress.rescued && saved.progress.evaluation) this.#tellEpoch(saved.progress.evaluation.summary)
    if (!saved) await this.#save()
  }

  #beginning(): Progress {
    const { plan: { run, config }, films } = this.#setup
    return { format: 1, run, step: 0, epoch: 1, offset: 0, lossSum: 0, seed: config.seed, data: films.hash, config }
  }

  /** How this process trains, which another that goes on from its checkpoint may have to know. */
  #manner(): Pick<Progress, 'config' | 'images' | 'threads' | 'bf16'> {
    const { plan, sharding, threads, bf16 } = this.#setup
    return { config: plan.config, images: sharding.batch * sharding.ranks, threads, bf16 }
  }

  /** One step. @returns whether any rank was asked to stop: all ranks learn it of the same step */
  async #takeStep(batch: Batch, place: Place): Promise<boolean> {
    const { plan, films, sharding } = this.#setup
    const began = performance.now()
    const step = this.#stepOf(place)
    const { pixels, targets, metadata } = films.upload(batch)
    const controls = tf.tensor1d(controlsOf(place.rates, place.stepInStage + 1))
    const seed = tf.tensor1d(seedOf(plan.config.seed, this.#progress.step, sharding), 'int32')
    const stop = tf.scalar(this.#channel.stopRequested() === undefined ? 0 : 1)
    const { own, all } = await step(pixels, targets, controls, seed, stop, ...metadata)
    const [[loss], [mean, stopping]] = (await Promise.all([own.data(), all.data()])) as [Float32Array, Float32Array]
    tf.dispose([pixels, targets, metadata, controls, seed, stop, own, all])
    if (!Number.isFinite(mean)) throw new CodedError('LOSS_NOT_FINITE', `The loss of step ${this.#progress.step + 1} is ${mean}.`, { remedy: 'Lower the rate.' })

    this.#progress.step++
    this.#progress.epoch = place.epoch
    this.#progress.offset = place.offset + 1
    this.#progress.lossSum += mean!
    delete this.#progress.evaluation
    this.#epoch.steps++
    const imagesPerSecond = (1000 * batch.size) / (performance.now() - began)
    this.#channel.send({ type: 'step', step: this.#progress.step, epoch: place.epoch, loss: loss!, lr: place.rates.groups.at(-1)!, imagesPerSecond })
    return stopping! > 0
  }

  /** The compiled step of the place's stage; Adam starts anew with a stage. */
  #stepOf({ stage, stepInStage }: Place): RunStep {
    if (this.#step?.stage !== stage) {
      this.#step?.run.dispose()
      if (stepInStage === 0) this.#parameters.forgetMoments()
      this.#step = { stage, run: openStep(this.#setup, this.#parameters, { stage, frozen: this.#setup.stages[stage]!.frozen }) }
    }
    return this.#step.run
  }

  async #endEpoch(epoch: number): Promise<void> {
    const { sharding } = this.#setup
    const { started, steps } = this.#epoch
    const imagesPerSecond = (1000 * steps * sharding.batch * sharding.ranks) / (performance.now() - started)
    const validation = await this.#validator.run(this.#channel.aborted)
    const { loss: valLoss, accuracy, allNegativeAccuracy, auc } = validation
    const trainLoss = this.#progress.lossSum / this.#progress.offset
    const seconds = (performance.now() - started) / 1000
    const summary: EpochSummary = { epoch, trainLoss, valLoss, accuracy, allNegativeAccuracy, auc, imagesPerSecond, seconds }
    const best = this.#progress.best
    // Without a label that has both classes there is nothing to choose by: the last epoch counts as the best.
    if (!best || auc.macro === null || auc.macro > (best.auc ?? -1)) this.#progress.best = { epoch, step: this.#progress.step, auc: auc.macro }
    Object.assign(this.#progress, { epoch: epoch + 1, offset: 0, lossSum: 0, evaluation: { summary, validation } })
    this.#epoch = { started: performance.now(), steps: 0 }
    await checkAgreement(this.#parameters, this.#setup.runtime.collectives)
    if (this.#setup.leads) {
      this.#tellEpoch(summary)
      await this.#save()
    }
    await collectGarbage()
  }

  #tellEpoch(summary: EpochSummary): void {
    this.#channel.send({ type: 'event', event: { event: 'epoch', ...summary } })
  }

  /** Whether the AUC has not risen for as many epochs as the run has patience for; ranks agree, as they all have the figures of all. */
  #isExhausted(): boolean {
    const { patience } = this.#setup.plan.config
    const { epoch, offset, best } = this.#progress
    return patience !== undefined && best !== undefined && offset === 0 && epoch - 1 - best.epoch >= patience
  }

  async #save(): Promise<void> {
    delete this.#progress.rescued
    await this.#write()
  }

  async #write(): Promise<void> {
    const { net, assignment } = this.#setup
    const { step, best } = this.#progress
    const path = await saveCheckpoint(assignment.folder, net, await this.#parameters.read(), this.#progress)
    this.#saved = step
    this.#channel.send({ type: 'event', event: { event: 'checkpoint', path, step, best: best?.step === step } })
  }

  /**
   * What this rank has learned since the last checkpoint, when another one is gone. The state of a rank is that of the last step it completed,
   * in which all took part; of two ranks the run goes on from the one that came further, and equal ones write the same.
   */
  async #rescue(): Promise<void> {
    if (this.#progress.step === this.#saved) return
    this.#progress.rescued = true
    await this.#write()
  }

  /** @param next place that the run will go on from */
  async #stopped(next: Place): Promise<'stopped'> {
    const { plan, leads } = this.#setup
    if (next.offset > 0 && leads) await this.#save()
    const reason = this.#channel.stopRequested() ?? 'another rank was asked to stop'
    if (leads) this.#channel.send({ type: 'event', event: { event: 'stopped', run: plan.run, step: this.#progress.step, reason } })
    return 'stopped'
  }

  async #finish(folder: string): Promise<void> {
    const { net, plan, leads } = this.#setup
    if (!leads) return
    const model = await writeModelFolder(folder, net, this.#progress, startLineage(plan))
    const { step, best } = this.#progress
    const seconds = (performance.now() - this.#started) / 1000
    const chosen = { epoch: best?.epoch ?? 0, auc: best?.auc ?? null }
    const early = this.#isExhausted() && `The macro AUC has not risen since epoch ${chosen.epoch}; the run ended after epoch ${this.#progress.epoch - 1}.`
    this.#channel.send({ type: 'event', event: { event: 'done', run: plan.run, model, steps: step, best: chosen, seconds, ...(early && { early }) } })
  }
}

function checkOrigin({ progress, path }: Checkpoint, data: string, images: number): void {
  if (progress.data !== data) {
    throw new CodedError('CHECKPOINT_DATA', 'The checkpoint was made with other labels or another split than the run now has.', { file: path, remedy: 'Start a new run.' })
  }
  if ((progress.images ?? images) === images) return
  throw new CodedError('CHECKPOINT_BATCH', `The checkpoint was made in steps of ${progress.images} images, the run now has steps of ${images}.`, { file: path, remedy: 'Start a new run.' })
}
