import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Calibration } from '#shared/domain/evaluation.ts'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import type { ModelFiles } from '#main/engine/inference/model-folder.ts'
import { writeJson } from '#main/files/whole.ts'
import type { NewCalibration } from '#main/store/repositories/calibrations.ts'

const count = z.number().int().min(0)
const share = z.number().min(0).max(1)
const label = z.object({
  temperature: z.number().positive(),
  own: z.boolean(),
  threshold: share,
  confusion: z.object({ tp: count, fp: count, fn: count, tn: count }),
  chosenOn: z.object({ datasetName: z.string(), part: z.enum(['val', 'test']), images: count }).optional(),
})
const schema = z.object({
  weightsHash: z.string(),
  version: count,
  datasetName: z.string().max(120),
  part: z.enum(['val', 'test']),
  images: count,
  temperature: z.number().positive(),
  ece: z.object({ before: z.number().nullable(), after: z.number().nullable() }),
  perLabel: z.object(Object.fromEntries(LABELS.map((name) => [name, label])) as Record<Label, typeof label>),
})

/** The calibration that serves, beside the weights it is of: a model's folder carries it wherever it goes. */
export function writeCalibration({ calibration: file }: ModelFiles, weightsHash: string, { version, datasetName, part, images, temperature, ece, perLabel, createdAt }: Calibration): Promise<void> {
  return writeJson(file, { weightsHash, version, datasetName, part, images, temperature, ece, perLabel, createdAt })
}

/** Null where there is none, or one of other weights or of another form. */
export async function readCalibration({ calibration: file }: ModelFiles, weightsHash: string): Promise<(Omit<NewCalibration, 'model'> & Pick<Calibration, 'version'>) | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = schema.safeParse(parseJson(text))
  if (!parsed.success || parsed.data.weightsHash !== weightsHash) return null
  const { version, datasetName, part, images, temperature, ece, perLabel } = parsed.data
  const labels = Object.entries(perLabel).map(([name, { chosenOn, ...own }]) => [name, { ...own, ...(chosenOn && { chosenOn }) }])
  return { version, datasetName, part, images, temperature, ece, perLabel: Object.fromEntries(labels) as Calibration['perLabel'] }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
