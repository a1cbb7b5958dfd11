import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { BLURS, HEADS, MODEL_NAMES, POS_WEIGHTS, PRECISIONS, PRESETS, type Blur, type RunConfig } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'

/** File of a run folder that tells the trainer processes what to do; written by whoever queues the run. Paths may be relative to the folder. */
export const PLAN_FILE = 'plan.json'

export interface RunPlan {
  run: string
  config: RunConfig
  /** .npy of the films, uint8 or uint16 [images, size, size] grey or [images, size, size, 3] RGB. */
  pack: string
  /** .npy, uint8 [images, 14] of 0, 1 or IGNORED (255), in the order of LABELS. */
  labels: string
  /** .npy, uint8 [images]: 0 train, 1 validation, 2 test; any other value leaves the image out. */
  split: string
  /** .npy, float32 [images, 5]: age and sex as `encodePatients` writes them; with `config.metadata` only. */
  metadata?: string
  /** Safetensors file that the run starts from; absent for random weights. */
  weights?: string
  /** Of that file when the run was planned. */
  weightsSha256?: string
  /** Over the configuration's. */
  blur?: Blur
  /** Stop after this many steps with the outcome `done`, whatever the epochs: for tests and trials. */
  maxSteps?: number
  /** Sweep the rate instead of training. */
  findRate?: boolean
}

const schema = z.object({
  run: z.string().min(1),
  config: z.looseObject({
    model: z.enum(MODEL_NAMES),
    head: z.enum(HEADS),
    preset: z.enum(PRESETS),
    epochs: z.int().min(1),
    batch: z.int().min(1),
    workers: z.int().min(1),
    device: z.enum(['cpu', 'gpu']),
    size: z.int().min(32).multipleOf(32),
    lr: z.number().positive(),
    seed: z.int().min(0),
    augment: z.enum(['paper', 'none']),
    patience: z.int().min(1).optional(),
    clipNorm: z.number().positive().optional(),
    labelSmoothing: z.number().min(0).max(0.5).optional(),
    posWeight: z.enum(POS_WEIGHTS).optional(),
    accumulate: z.int().min(1).optional(),
    precision: z.enum(PRECISIONS).optional(),
    deterministic: z.boolean().optional(),
    freezeEpochs: z.int().min(0).optional(),
    bodyLr: z.number().positive().optional(),
    weightDecay: z.number().min(0).max(1).optional(),
    blur: z.enum(BLURS).optional(),
    metadata: z.boolean().optional(),
  }),
  pack: z.string().min(1),
  labels: z.string().min(1),
  split: z.string().min(1),
  metadata: z.string().min(1).optional(),
  weights: z.string().optional(),
  weightsSha256: z.string().optional(),
  blur: z.enum(BLURS).optional(),
  maxSteps: z.int().min(1).optional(),
  findRate: z.boolean().optional(),
})

/** The plan of a run folder, its paths made absolute. @throws CodedError PLAN_INVALID */
export async function readPlan(folder: string): Promise<RunPlan> {
  const file = join(folder, PLAN_FILE)
  const parsed = schema.safeParse(await readJson(file))
  if (!parsed.success) {
    const why = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
    throw new CodedError('PLAN_INVALID', `The plan of the run does not hold: ${why}.`, { file })
  }
  const plan = parsed.data as unknown as RunPlan
  const absolute = { pack: resolve(folder, plan.pack), labels: resolve(folder, plan.labels), split: resolve(folder, plan.split) }
  return { ...plan, ...absolute, ...(plan.metadata && { metadata: resolve(folder, plan.metadata) }), ...(plan.weights && { weights: resolve(folder, plan.weights) }) }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new CodedError('PLAN_INVALID', `The plan of the run could not be read.`, { file, cause })
  }
}
