import type { Head, ModelName, RunConfig } from '#shared/domain/run.ts'

/** Trained values with a linear head, as counted from the networks themselves. */
const PARAMETERS: Record<ModelName, number> = { densenetblur121d: 6_987_438, densenet121d: 6_987_438, densenet121: 6_968_206, resnet18: 11_183_694 }
/** What a concat-pool head has more: 2 C to 512 to 14 with its norms, in place of C to 14. */
const HEAD: Record<Head, (features: number) => number> = { linear: () => 0, 'concat-pool': (c) => 4 * c + 2 * c * 512 + 2 * 512 + 512 * 14 - (14 * c + 14) }
const FEATURES: Record<ModelName, number> = { densenetblur121d: 1024, densenet121d: 1024, densenet121: 1024, resnet18: 512 }

const FLOAT = 4
/** Values of a parameter that a checkpoint keeps: itself and Adam's two moments. */
const KEPT = 3
/** The latest checkpoint, the best, and the one being written before another goes. */
const CHECKPOINTS = 3

/** Trained values of a network. */
export function parametersOf({ model, head }: Pick<RunConfig, 'model' | 'head'>): number {
  return PARAMETERS[model] + HEAD[head](FEATURES[model])
}

/** Bytes that the checkpoints of a run and its model take at their most. */
export function checkpointBytes(config: Pick<RunConfig, 'model' | 'head'>): number {
  const weights = parametersOf(config) * FLOAT
  return CHECKPOINTS * KEPT * weights + weights
}

/** Of a process with TensorFlow before its first step, and of an image of 224 pixels in the batch. Measured on a CPU. */
const PROCESS_BYTES = 450e6
const IMAGE_BYTES: Record<ModelName, number> = { densenetblur121d: 130e6, densenet121d: 130e6, densenet121: 110e6, resnet18: 28e6 }
const REFERENCE_SIDE = 224
/** Parameters, gradients, moments, and what is in flight between them. */
const COPIES = 6

/** Bytes that one process needs to train: a reckoning, within a factor of two of what was measured. */
export function memoryBytes({ model, head, size, batch, precision }: Pick<RunConfig, 'model' | 'head' | 'size' | 'batch' | 'precision'>): number {
  const image = IMAGE_BYTES[model] * (size / REFERENCE_SIDE) ** 2 * (precision === 'bf16' ? 0.6 : 1)
  return PROCESS_BYTES + COPIES * FLOAT * parametersOf({ model, head }) + batch * image
}
