import { CodedError } from '#shared/errors.ts'
import type { Architecture } from '../architecture.ts'
import { sizeOf, type Entry } from '../entries.ts'
import type { SafeTensor, SafeTensors } from './safetensors.ts'

/** Values of a network by entry name, in memory layout. */
export type State = Map<string, Float32Array>

/** Convolution kernels stand as OIHW in a checkpoint; other entries are the same on both sides. */
export function checkpointShape({ role, shape }: Entry): number[] {
  const [h, w, i, o] = shape
  return role === 'conv' ? [o!, i!, h!, w!] : shape
}

/** OIHW to HWIO, and everything else as it is. */
export function fromCheckpoint(entry: Entry, values: Float32Array): Float32Array {
  return entry.role === 'conv' ? kernel(entry, values, false) : values
}

/** HWIO to OIHW, and everything else as it is. */
export function toCheckpoint(entry: Entry, values: Float32Array): Float32Array {
  return entry.role === 'conv' ? kernel(entry, values, true) : values
}

function kernel({ shape }: Entry, values: Float32Array, toDisk: boolean): Float32Array {
  const [side = 1, , inputs = 1, outputs = 1] = shape
  const area = side * side
  const moved = new Float32Array(values.length)
  for (let p = 0; p < area; p++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        const memory = (p * inputs + i) * outputs + o
        const disk = (o * inputs + i) * area + p
        if (toDisk) moved[disk] = values[memory]!
        else moved[memory] = values[disk]!
      }
    }
  }
  return moved
}

/**
 * State of a network out of a checkpoint with timm's names.
 * @param fallback values of head entries that the checkpoint lacks or has for other classes (ImageNet's 1,000); without it they are an error too
 * @throws CodedError WEIGHTS_MISMATCH naming the first entry that does not fit
 */
export function importState(net: Architecture, { tensors }: SafeTensors, file: string, fallback?: State): State {
  return new Map(
    net.entries.map((entry) => {
      const found = tensors.get(entry.name)
      const shape = checkpointShape(entry)
      if (found?.dtype === 'F32' && found.shape.join() === shape.join()) return [entry.name, fromCheckpoint(entry, found.data)]
      const own = net.group(entry.name) === 2 ? fallback?.get(entry.name) : undefined
      if (own) return [entry.name, own]
      const why = found ? `is ${found.dtype} [${found.shape.join(', ')}] there and [${shape.join(', ')}] here` : 'is not there'
      throw new CodedError('WEIGHTS_MISMATCH', `${file} does not hold weights of ${net.name.model} with the head ${net.name.head}: ${entry.name} ${why}.`, {
        file,
        remedy: 'Choose weights of the same model.',
      })
    }),
  )
}

/** Checkpoint with the same keys as timm's, `num_batches_tracked` of every norm included. */
export function exportState(net: Architecture, state: State, steps: number, metadata: Record<string, string> = {}): SafeTensors {
  const tensors = new Map<string, SafeTensor>()
  for (const entry of net.entries) {
    const values = state.get(entry.name)
    if (values?.length !== sizeOf(entry)) throw new CodedError('WEIGHTS_MISMATCH', `The state has no fitting ${entry.name}.`)
    tensors.set(entry.name, { dtype: 'F32', shape: checkpointShape(entry), data: toCheckpoint(entry, values) })
    if (entry.role !== 'variance') continue
    const counter = entry.name.replace(/running_var$/, 'num_batches_tracked')
    tensors.set(counter, { dtype: 'I64', shape: [], data: BigInt64Array.of(BigInt(steps)) })
  }
  return { tensors, metadata: { format: 'pt', ...metadata } }
}
