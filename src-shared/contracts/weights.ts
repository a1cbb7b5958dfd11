import { z } from 'zod'
import { request } from './define.ts'
import { MODEL_NAMES, type ModelName } from '../domain/run.ts'

/** ImageNet weights of one network. */
export interface StartWeights {
  model: ModelName
  /** Path of the file that a run would start from; null: none. */
  installed: string | null
  /** Where a file is looked for. */
  place: string
  /** What can be fetched; null where nothing was published. */
  published: { address: string; megabytes: number; licence: string; sha256: string } | null
}

const model = z.enum(MODEL_NAMES)

export const weightsContract = {
  'weights.list': request<StartWeights[]>()(z.object({})),
  /** Fetch them over the network, as a job. `agreed`: the user has read the address, the size and the licence, and said yes. */
  'weights.fetch': request<{ job: string }>()(z.object({ model, agreed: z.literal(true) })),
  /** Take a file of this machine. */
  'weights.install': request<StartWeights>()(z.object({ model, path: z.string().min(1).max(4096) })),
}
