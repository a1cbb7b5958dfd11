import { basename } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import { hashFiles } from '../data/npy.ts'
import type { Architecture } from '../model/architecture.ts'
import { initialise } from '../model/initialise.ts'
import { differences, mismatch } from '../model/weights/compare.ts'
import { readWeights } from '../model/weights/read.ts'
import { importState, type State } from '../model/weights/state.ts'
import type { RunPlan } from '../plan.ts'

/**
 * Weights that a run starts from. The file (safetensors or of torch.save) has to hold each entry of the body in its shape, and no other; a head
 * that it lacks or has for other classes (ImageNet's 1,000) is random.
 * @throws CodedError WEIGHTS_MISSING, WEIGHTS_FORMAT, WEIGHTS_UNSAFE, WEIGHTS_MISMATCH naming the entries that differ, WEIGHTS_CHANGED
 */
export async function startState({ weights, weightsSha256, config }: RunPlan, net: Architecture): Promise<State> {
  const random = initialise(net, config.seed)
  if (weights === undefined) return random
  const tensors = await readWeights(weights)
  if (weightsSha256 !== undefined && weightsSha256 !== (await hashFiles([weights]))) {
    throw new CodedError('WEIGHTS_CHANGED', `${weights} is not the file that the run was planned with.`, { file: weights, remedy: 'Bring that file back, or start a new run.' })
  }
  const found = differences(net, tensors, 'free')
  if (found.length) throw mismatch(net, weights, found)
  return importState(net, tensors, weights, random)
}

/** What the model of a run says of the weights that the run began with; undefined where they were random. */
export function startLineage({ weights, weightsSha256 }: RunPlan): { file: string; sha256?: string } | undefined {
  return weights === undefined ? undefined : { file: basename(weights), ...(weightsSha256 !== undefined && { sha256: weightsSha256 }) }
}
