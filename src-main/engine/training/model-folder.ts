import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import { PREPROCESSING } from '../data/augmentation.ts'
import { hashFiles } from '../data/npy.ts'
import { PATIENT_FEATURES } from '../data/patient.ts'
import type { Architecture } from '../model/architecture.ts'
import { writeSafeTensors } from '../model/weights/safetensors.ts'
import { exportState } from '../model/weights/state.ts'
import { writeJson } from '#main/files/whole.ts'
import { loadCheckpoint, type Progress } from './checkpoint.ts'

/**
 * Makes the model of a finished run out of its best checkpoint: `model/model.safetensors` with timm's keys and `model/model.json`,
 * which says everything that a prediction needs and where the model comes from.
 * @param start the file that the run began with, its name and hash
 * @returns the model folder
 */
export async function writeModelFolder(folder: string, net: Architecture, { best, step, run, config }: Progress, start?: { file: string; sha256?: string }): Promise<string> {
  const { state, progress } = await loadCheckpoint(folder, net, best?.step ?? step)
  const target = join(folder, 'model')
  await mkdir(target, { recursive: true })
  const weights = join(target, 'model.safetensors')
  await writeSafeTensors(weights, exportState(net, state.network, progress.step, { run }))
  const { summary, validation } = progress.evaluation ?? {}
  await writeJson(join(target, 'model.json'), {
    format: 1,
    ...net.name,
    size: config.size,
    labels: LABELS,
    preprocessing: { ...PREPROCESSING, size: config.size },
    ...(net.name.metadata && { patient: PATIENT_FEATURES }),
    thresholds: validation?.thresholds,
    validation: validation && { ...validation, epoch: summary?.epoch },
    run,
    step: progress.step,
    config,
    start,
    weights: { file: 'model.safetensors', sha256: await hashFiles([weights]) },
  })
  return target
}
