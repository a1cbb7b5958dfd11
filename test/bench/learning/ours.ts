/** Our side: a run of the program's own trainer process, from a plan to its last checkpoint. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LABELS, PAPER_POLICY } from '#shared/domain/labels.ts'
import type { ModelName, RunConfig, TrainEvent } from '#shared/domain/run.ts'
import { fromErrorShape } from '#shared/errors.ts'
import { startCluster } from '#main/engine/cluster/coordinator.ts'
import { NpyReader, writeNpy } from '#main/engine/data/npy.ts'
import { modelFiles } from '#main/engine/inference/model-folder.ts'
import { readModel } from '#main/engine/inference/predictor.ts'
import { openSession } from '#main/engine/inference/session.ts'
import { architecture, type Architecture } from '#main/engine/model/architecture.ts'
import { initialise } from '#main/engine/model/initialise.ts'
import { exportState } from '#main/engine/model/weights/state.ts'
import { writeSafeTensors } from '#main/engine/model/weights/safetensors.ts'
import { PLAN_FILE } from '#main/engine/plan.ts'
import { writeJson } from '#main/files/whole.ts'
import { latestCheckpoint } from '#main/engine/training/checkpoint.ts'
import { childFork } from '#main/host/childFork.ts'
import type { BenchFilms } from './films.ts'

export interface Training {
  model: ModelName
  epochs: number
  batch: number
  peak: number
  seed: number
  threads: number
  augment: boolean
  maxSteps?: number
}

export const networkOf = (model: ModelName): Architecture => architecture({ model, head: 'linear' })

/** The random weights that a run of this seed starts from, for the other side to read. */
export async function writeStart(file: string, model: ModelName, seed: number): Promise<void> {
  const net = networkOf(model)
  await writeSafeTensors(file, exportState(net, initialise(net, seed), 0, {}))
}

/** Train on some rows and validate on others; the folder is the run's, and made anew. */
export async function trainOurs(folder: string, films: BenchFilms, parts: { train: readonly number[]; validation: readonly number[] }, training: Training, emit: (event: TrainEvent) => void): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const split = new Uint8Array(films.patients.length).fill(255)
  for (const row of parts.train) split[row] = 0
  for (const row of parts.validation) split[row] = 1
  await writeNpy(join(folder, 'split.npy'), split, [split.length])
  const { maxSteps, threads } = training
  const plan = { run: 'learning', config: configOf(films, training), pack: films.pack, labels: films.labelFile, split: 'split.npy', ...(maxSteps && { maxSteps }) }
  await writeFile(join(folder, PLAN_FILE), JSON.stringify(plan))
  const run = startCluster({ run: 'learning', folder, workers: 1, device: 'cpu', maxRestarts: 0, threads: { intra: threads, inter: 1 } }, childFork(), emit)
  const ended = await run.ended
  if (ended.outcome === 'failed') throw fromErrorShape(ended.error)
}

function configOf({ size, folder }: BenchFilms, { model, epochs, batch, peak, seed, augment }: Training): RunConfig {
  return {
    dataset: folder, split: 'patient', splitSeed: 0, ratios: [80, 20, 0], policy: PAPER_POLICY, model, head: 'linear', preset: 'as-described',
    epochs, batch, workers: 1, device: 'cpu', size, lr: peak, seed, init: 'random', augment: augment ? 'paper' : 'none', maxRestarts: 0,
  }
}

/** Logits [rows, 14] by the network as it stands at the end of a run, through ONNX Runtime as the program predicts. */
export async function predictOurs(folder: string, films: BenchFilms, rows: readonly number[], { model, threads }: Training): Promise<Float32Array> {
  const net = networkOf(model)
  const { state, progress } = (await latestCheckpoint(folder, net))!
  const files = modelFiles(join(folder, 'last'))
  await mkdir(join(folder, 'last'), { recursive: true })
  await writeSafeTensors(files.weights, exportState(net, state.network, progress.step, {}))
  await writeJson(files.card, { format: 1, ...net.name, size: films.size, labels: LABELS })
  await using session = await openSession((await readModel(files)).network, films.size, { threads })
  await using pack = await NpyReader.open(films.pack)
  const logits = new Float32Array(rows.length * LABELS.length)
  for (const [i, row] of rows.entries()) logits.set((await session.run((await pack.rows([row])) as Uint8Array)).logits, i * LABELS.length)
  return logits
}
