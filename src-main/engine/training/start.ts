import { basename } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import { hashFiles } from '../data/npy.ts'
import type { Architecture } from '../model/architecture.ts'
import { initialise } from '../model/initialise.ts'
import { readSafeTensors, type SafeTensors } from '../model/weights/safetensors.ts'
import { importState, type State } from '../model/weights/state.ts'
import type { RunPlan } from '../plan.ts'

/** Heads of any kind, norms' counters and Adam's moments: what a file may hold besides the body of a network. */
const BESIDE = /^(classifier|fc|head|adam)\.|\.num_batches_tracked$/

/**
 * Weights that a run starts from. The file has to hold each entry of the body in its shape, and no other; a head that it lacks or has for
 * other classes (ImageNet's 1,000) is random.
 * @throws CodedError WEIGHTS_MISSING, WEIGHTS_FORMAT, WEIGHTS_MISMATCH naming the first entry that differs, WEIGHTS_CHANGED
 */
export async function startState({ weights, weightsSha256, config }: RunPlan, net: Architecture): Promise<State> {
  const random = initialise(net, config.seed)
  if (weights === undefined) return random
  const tensors = await readSafeTensors(weights)
  if (weightsSha256 !== undefined && weightsSha256 !== (await hashFiles([weights]))) {
    throw new CodedError('WEIGHTS_CHANGED', `${weights} is not the file that the run was planned with.`, { file: weights, remedy: 'Bring that file back, or start a new run.' })
  }
  const state = importState(net, tensors, weights, random)
  checkNoMore(net, tensors, weights)
  return state
}

function checkNoMore(net: Architecture, { tensors }: SafeTensors, file: string): void {
  const known = new Set(net.entries.map(({ name }) => name))
  const others = [...tensors.keys()].filter((name) => !known.has(name) && !BESIDE.test(name))
  if (!others.length) return
  const { model } = net.name
  throw new CodedError('WEIGHTS_MISMATCH', `${file} does not hold weights of ${model}: ${others[0]} is there and not here, the first of ${others.length} of its ${tensors.size} tensors.`, {
    file,
    remedy: 'Choose weights of the same model.',
  })
}

/** What the model of a run says of the weights that the run began with; undefined where they were random. */
export function startLineage({ weights, weightsSha256 }: RunPlan): { file: string; sha256?: string } | undefined {
  return weights === undefined ? undefined : { file: basename(weights), ...(weightsSha256 !== undefined && { sha256: weightsSha256 }) }
}
