import { loadavg } from 'node:os'
import type { Measured } from '#shared/domain/experiment.ts'
import type { EpochSummary } from '#shared/domain/run.ts'
import { CodedError, fromErrorShape } from '#shared/errors.ts'
import { evaluate } from '#main/engine/training/evaluation.ts'
import type { Services } from '../index.ts'

/**
 * Figures of a finished run on the test part of the data set that it was trained on: labels at threshold .5, as the paper has them.
 * @throws NOTHING_TO_EVALUATE, CANCELLED
 */
export async function measure({ evaluations, jobs, training }: Pick<Services, 'evaluations' | 'jobs' | 'training'>, run: { id: string; dataset: string }): Promise<Measured> {
  const job = await jobs.ended((await evaluations.start(run.id, run.dataset, 'test')).id)
  if (job.error) throw fromErrorShape(job.error)
  if (job.state !== 'finished') throw new CodedError('CANCELLED', `The evaluation was ${job.state}.`)
  const id = String(job.result!['evaluation'])
  const { auc, images } = evaluations.get(id)
  const { logits, targets } = evaluations.judgement(id).verdict
  const { accuracy, allNegativeAccuracy, precision, recall, f1 } = evaluate(logits, targets)
  const epochs = training.epochs(run.id)
  const timed = epochs.length > 1 ? epochs.slice(1) : epochs
  const middle = (pick: (epoch: EpochSummary) => number): number => median(timed.map(pick))
  return {
    figures: { accuracy, auc: auc.macro, precision, recall, f1, minutesPerEpoch: middle(({ seconds }) => seconds / 60), imagesPerSecond: middle((epoch) => epoch.imagesPerSecond) },
    aucInterval: auc.ci95 && [auc.ci95[0], auc.ci95[1]],
    testImages: images,
    labels: auc.defined,
    allNegativeAccuracy,
    load: loadavg()[2]!,
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
