import type { RunRow } from '../../../src-shared/contracts/training.ts'
import { totalEpochs } from './runs.ts'
import type { RunDraft } from './runForm.ts'

export interface Estimate {
  /** Training images. */
  images: number
  stepsPerEpoch: number
  epochs: number
  /** Of training alone; null without a run to go by. */
  seconds: number | null
  /** The run whose speed it goes by. */
  like: RunRow | null
}

/** What a run would cost. The time goes by the newest run of the same model, size, device and number of processes. */
export function estimateRun(draft: RunDraft, trainImages: number, runs: readonly RunRow[]): Estimate | null {
  const { batch, workers, epochs } = draft
  if (!batch || !workers || !epochs || trainImages <= 0) return null
  const all = totalEpochs({ epochs, preset: draft.preset, init: draft.init })
  const like = runs.find(({ config, imagesPerSecond }) => imagesPerSecond > 0 && config.model === draft.model && config.size === draft.size && config.device === draft.device && config.workers === workers) ?? null
  return { images: trainImages, stepsPerEpoch: Math.ceil(trainImages / (batch * workers)), epochs: all, seconds: like && (all * trainImages) / like.imagesPerSecond, like }
}
