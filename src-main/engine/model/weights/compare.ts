import { CodedError } from '#shared/errors.ts'
import type { Architecture } from '../architecture.ts'
import type { SafeTensors } from './safetensors.ts'
import { checkpointShape } from './state.ts'

/** One way in which a file is not the state of a network. */
export interface Difference {
  name: string
  /** As in `F32 [14, 1024]`; null: not there. */
  there: string | null
  here: string | null
}

/** A message names so many; their count says the rest. */
const NAMED = 10

/** What a file may hold besides a network: norms' counters and Adam's moments. */
const BESIDE = /^adam\.|\.num_batches_tracked$/
/** Heads of any kind. */
const HEAD = /^(classifier|fc|head)\./

/**
 * Compares names, shapes and count of a file's tensors with those of a network; those of the file come first where only it has them.
 * @param head `free`: heads may differ, as they do between ImageNet's 1,000 classes and the 14 labels
 */
export function differences(net: Architecture, { tensors }: SafeTensors, head: 'free' | 'fixed'): Difference[] {
  const entries = net.entries.filter(({ name }) => head === 'fixed' || net.group(name) !== 2)
  const known = new Set(net.entries.map(({ name }) => name))
  const here = entries.flatMap((entry) => {
    const found = tensors.get(entry.name)
    const there = found ? `${found.dtype} [${found.shape.join(', ')}]` : null
    const wanted = `F32 [${checkpointShape(entry).join(', ')}]`
    return there === wanted ? [] : [{ name: entry.name, there, here: wanted }]
  })
  const more = [...tensors].filter(([name]) => !known.has(name) && !BESIDE.test(name) && !(head === 'free' && HEAD.test(name)))
  return [...here, ...more.map(([name, { dtype, shape }]) => ({ name, there: `${dtype} [${shape.join(', ')}]`, here: null }))]
}

/** The differences as an error to read: one a line. */
export function mismatch(net: Architecture, file: string, found: readonly Difference[], remedy = 'Choose weights of the same model.'): CodedError {
  const { model, head } = net.name
  const lines = found.slice(0, NAMED).map(describe)
  const rest = found.length - lines.length
  const message = `The file does not hold weights of ${model} with the head ${head}; ${found.length === 1 ? 'one tensor differs' : `${found.length} tensors differ`}:`
  return new CodedError('WEIGHTS_MISMATCH', [message, ...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n'), { file, remedy })
}

function describe({ name, there, here }: Difference): string {
  if (there === null) return `  ${name} ${here} is missing`
  if (here === null) return `  ${name} ${there} is in the file only`
  return `  ${name} is ${there} in the file and must be ${here}`
}
