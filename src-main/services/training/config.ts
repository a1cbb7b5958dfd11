import { existsSync } from 'node:fs'
import type { z } from 'zod'
import type { MachineDevices, runInput } from '#shared/contracts/training.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'
import { describePublished } from '../weights/catalogue.ts'

export type RunRequest = z.output<typeof runInput>

/**
 * A request with every choice made.
 * @param imagenet path of the ImageNet weights for the model asked for, null when they are not installed
 * @param place where they would be looked for
 * @throws NO_GPU, INIT_UNAVAILABLE, FILE_NOT_FOUND
 */
export function resolveConfig(request: RunRequest, machine: MachineDevices, imagenet: string | null, place: string): RunConfig {
  const device = request.device === 'auto' ? machine.defaults.device : request.device
  if (device === 'gpu' && machine.gpus.length === 0) {
    throw new CodedError('NO_GPU', 'No NVIDIA GPU was found on this machine.', { remedy: 'Install the NVIDIA driver, or choose the CPU.' })
  }
  const sameDevice = device === machine.defaults.device
  return {
    dataset: request.dataset,
    split: request.split,
    splitSeed: request.splitSeed,
    ratios: request.ratios,
    policy: request.policy,
    model: request.model,
    head: request.head,
    preset: request.preset,
    epochs: request.epochs,
    batch: request.batch ?? (device === 'gpu' ? 64 : 16),
    workers: (request.workers ?? (sameDevice ? machine.defaults.workers : 1)) * (request.cluster?.workers.length ?? 1),
    device,
    size: request.size,
    lr: request.lr,
    seed: request.seed,
    init: chosenInit(request, imagenet, place),
    augment: request.augment,
    maxRestarts: request.maxRestarts,
    ...(request.allowLeakage && { allowLeakage: request.allowLeakage }),
    ...chosenOptions(request),
  }
}

/** What a run leaves alone unless it is asked for stays out of its configuration. */
function chosenOptions({ patience, clipNorm, labelSmoothing, posWeight, accumulate, precision, deterministic, freezeEpochs, bodyLr, weightDecay, blur, metadata, threads, cluster, model }: RunRequest): Partial<RunConfig> {
  const options = Object.entries({ patience, clipNorm, labelSmoothing, posWeight, accumulate, precision, deterministic: deterministic || undefined, freezeEpochs, bodyLr, weightDecay, blur: model === 'densenetblur121d' ? blur : undefined, metadata: metadata || undefined, threads, cluster })
  return Object.fromEntries(options.filter(([, value]) => value !== undefined))
}

function chosenInit({ init, model }: RunRequest, imagenet: string | null, place: string): string {
  if (init === 'random') return 'random'
  if (init === undefined || init === 'imagenet') {
    if (imagenet) return 'imagenet'
    throw new CodedError('INIT_UNAVAILABLE', `The ImageNet weights of ${model} are not installed.`, {
      remedy: `Bring ${describePublished(model)} and save it as ${place}, or set its path under Settings; or let it be fetched (Settings, or --download); or start from random weights (init "random") or from a safetensors or .pth file of yours.`,
    })
  }
  if (!existsSync(init)) throw new CodedError('FILE_NOT_FOUND', 'The file of start weights does not exist.', { file: init, remedy: 'Name a safetensors or .pth file, "imagenet" or "random".' })
  return init
}
