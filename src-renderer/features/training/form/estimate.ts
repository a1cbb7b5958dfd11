import type { RunCheck } from '../../../../src-shared/contracts/training.ts'
import { totalEpochs } from '../runs.ts'
import type { RunDraft } from './draft.ts'

export interface Estimate {
  /** Training images. */
  images: number
  stepsPerEpoch: number
  epochs: number
  /** Null without a run or a trial to go by. */
  seconds: number | null
}

/** What a run would cost, at the speed of one like it. */
export function estimateRun(draft: RunDraft, trainImages: number, speed: RunCheck['speed']): Estimate | null {
  const { batch, workers, epochs, accumulate } = draft
  if (!batch || !workers || !epochs || !accumulate || trainImages <= 0) return null
  const all = totalEpochs({ epochs, preset: draft.preset, init: draft.init, freezeEpochs: draft.freezeEpochs ?? 1 })
  return { images: trainImages, stepsPerEpoch: Math.ceil(trainImages / (batch * workers * accumulate)), epochs: all, seconds: speed && (all * trainImages) / speed.imagesPerSecond }
}
