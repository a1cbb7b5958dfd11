import type { RunConfig } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'

type Spread = Pick<RunConfig, 'batch' | 'workers' | 'accumulate'>

/** Images of one step, over all ranks. */
export const globalBatch = ({ batch, workers, accumulate = 1 }: Spread): number => batch * workers * accumulate

/**
 * A run on another number of devices, its steps of as many images as before: steps, schedule and the order of images stay what they were, so
 * that it can go on from any checkpoint. A device never gets larger batches than it had; where fewer devices share a step, each takes several.
 * @throws CodedError WORKERS_UNEVEN
 */
export function withWorkers(config: RunConfig, workers: number): RunConfig {
  const images = globalBatch(config)
  if (workers < 1 || images % workers !== 0) {
    const fitting = Array.from({ length: Math.min(images, 64) }, (_, i) => i + 1).filter((n) => images % n === 0)
    throw new CodedError('WORKERS_UNEVEN', `${images} images a step cannot be shared by ${workers} workers.`, { remedy: `Resume on ${fitting.join(', ')}.` })
  }
  const share = images / workers
  let accumulate = Math.ceil(share / config.batch)
  while (share % accumulate !== 0) accumulate++
  const spread: RunConfig = { ...config, workers, batch: share / accumulate, accumulate }
  if (accumulate === 1) delete spread.accumulate
  return spread
}
