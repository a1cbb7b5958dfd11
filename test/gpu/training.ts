/** A small run on GPUs, for the tests of this folder. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { noiseRun } from '#main/engine/training/testing/films.ts'
import { watchedRun, type Ran } from '#main/engine/training/testing/watched-run.ts'
import { PAPER_POLICY } from '#shared/domain/labels.ts'
import type { RunConfig } from '#shared/domain/run.ts'

const config: RunConfig = {
  dataset: 'noise', split: 'patient', splitSeed: 42, ratios: [75, 25, 0], policy: PAPER_POLICY, model: 'densenetblur121d', head: 'linear',
  preset: 'as-described', epochs: 4, batch: 8, workers: 1, device: 'gpu', size: 64, lr: 1e-3, seed: 5, init: 'random', augment: 'none', maxRestarts: 1,
}

export type Change = Partial<RunConfig>

/** 128 films, of which 96 train: four epochs of them, by as many ranks as GPUs are asked for. */
export async function trainOnGpus(t: TestContext, change: Change = {}, on?: Parameters<typeof watchedRun>[2]): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'xclassifier-gpu-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const whole = { ...config, ...change }
  await noiseRun(folder, 128, { run: 'watched', config: whole })
  return watchedRun(folder, { workers: whole.workers, device: 'gpu', maxRestarts: 1 }, on)
}

/** Mean loss of each epoch. */
export const lossesOf = ({ events }: Ran): number[] => events.flatMap((event) => (event.event === 'epoch' ? [event.trainLoss] : []))
