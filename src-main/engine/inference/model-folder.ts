import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import { HEADS, MODEL_NAMES, type RunConfig } from '#shared/domain/run.ts'
import { CodedError } from '#shared/errors.ts'

/** Files of a model: a run makes the first two, taking it into the library adds the third. */
export interface ModelFiles {
  card: string
  weights: string
  /** ONNX; need not be there. */
  network: string
  /** Features of films of training (`reference.ts`), and temperatures and thresholds; need not be there. */
  reference: string
  calibration: string
}

export function modelFiles(folder: string): ModelFiles {
  return { card: join(folder, 'model.json'), weights: join(folder, 'model.safetensors'), network: join(folder, 'model.onnx'), reference: join(folder, 'reference.safetensors'), calibration: join(folder, 'calibration.json') }
}

const perLabel = <T extends z.ZodType>(value: T) => z.object(Object.fromEntries(LABELS.map((label) => [label, value])) as Record<Label, T>)

const source = z.object({ file: z.string(), sha256: z.string().optional() })

/** What model.json must say; what else it says is kept out of our way. */
const cardSchema = z.object({
  model: z.enum(MODEL_NAMES),
  head: z.enum(HEADS),
  /** densenetblur121d: where it blurs; left out: as the published weights do. */
  blur: z.enum(['stem', 'all']).optional(),
  /** Age and sex go in beside the film. */
  metadata: z.boolean().optional(),
  size: z.number().int().min(32).max(1024).multipleOf(32),
  labels: z.array(z.string()).refine((labels) => labels.join() === LABELS.join(), 'must be the 14 labels in our order'),
  /** Probability from which a label counts as found. */
  thresholds: perLabel(z.number().min(0).max(1)).optional(),
  validation: z.object({ auc: z.object({ macro: z.number().nullable(), perLabel: perLabel(z.number().nullable()) }), accuracy: z.number().nullable() }).optional(),
  name: z.string().min(1).max(120).optional(),
  /** Where the weights come from: the file that they were imported from, or that the run began with. */
  imported: source.optional(),
  start: source.optional(),
  config: z.custom<RunConfig>((value) => value === undefined || (typeof value === 'object' && value !== null)).optional(),
})

export type ModelCard = Omit<z.output<typeof cardSchema>, 'thresholds'> & { thresholds: Record<Label, number> }

/** @throws MODEL_MISSING, MODEL_CARD naming the field that is wrong */
export async function readModelCard(file: string): Promise<ModelCard> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CodedError('MODEL_MISSING', 'The description of the model is not there.', { file, cause, remedy: 'Choose a folder that holds model.json and model.safetensors, or say which network the weights are of.' })
  })
  const refuse = (why: string): never => {
    throw new CodedError('MODEL_CARD', `This file does not describe a model of ours: ${why}.`, { file })
  }
  const parsed = cardSchema.safeParse(parseJson(text) ?? refuse('it is not JSON'))
  if (!parsed.success) return refuse(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
  const { thresholds = everyLabel(0.5), ...card } = parsed.data
  return { ...card, thresholds }
}

export const everyLabel = <T>(value: T) => Object.fromEntries(LABELS.map((label) => [label, value])) as Record<Label, T>

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** SHA-256 of a file as hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
