import { existsSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { MachineDevices } from '#shared/contracts/training.ts'
import type { ModelName } from '#shared/domain/run.ts'
import type { Folders } from '../folders.ts'
import { listGpus } from '../settings/gpus.ts'
import type { SettingsService } from '../settings/settings.ts'

/** Batch a device: 64 on a GPU as in the paper, 16 on a CPU, where more only costs memory. */
const BATCH = { gpu: 64, cpu: 16 }

/** What there is to train on, and what a run takes of it unless told otherwise: every GPU, or one process over all cores. */
export async function describeMachine(folders: Folders, settings: SettingsService): Promise<MachineDevices> {
  const gpus = await listGpus()
  const cores = cpus()
  const device = gpus.length ? 'gpu' : 'cpu'
  return {
    cpu: { model: cores[0]?.model.trim() ?? 'unknown', cores: cores.length, memoryTotal: totalmem() },
    gpus,
    imagenetInstalled: imagenetWeights('densenetblur121d', folders, settings) !== null,
    defaults: { device, workers: gpus.length || 1, batch: BATCH[device] },
  }
}

/** Path of the ImageNet weights of a model: the user's file, or `weights/<model>.safetensors` in the data folder; null when there are none. */
export function imagenetWeights(model: ModelName, folders: Folders, settings: SettingsService): string | null {
  const { imagenetWeightsPath } = settings.get()
  if (imagenetWeightsPath && existsSync(imagenetWeightsPath)) return imagenetWeightsPath
  const installed = imagenetPlace(model, folders)
  return existsSync(installed) ? installed : null
}

/** Where the ImageNet weights of a model are looked for. */
export function imagenetPlace(model: ModelName, folders: Folders): string {
  return join(folders.data, 'weights', `${model}.safetensors`)
}
