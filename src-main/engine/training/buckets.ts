import type { Architecture } from '../model/architecture.ts'
import { sizeOf, type Entry } from '../model/entries.ts'
import type { Segment } from './parameters.ts'

/** Gradients that the ranks average in one reduction: those of entries that lie end to end in one segment. */
export interface Bucket {
  segment: Segment
  entries: readonly Entry[]
}

/** 4 MiB of float32. PyTorch's DDP has 25 MiB; the largest of our networks is 44 MB in all. */
const LARGEST = 1 << 20

/**
 * What learns, in buckets, in the order in which the backward pass finishes them: by the earliest layer of each, the last of the network
 * first. A reduction then goes on while the layers before it are differentiated.
 * @param most elements of a bucket; an entry that is larger has one of its own
 */
export function bucketsOf(net: Architecture, learning: readonly Segment[], most = LARGEST): Bucket[] {
  const layer = new Map(net.entries.map(({ name }, i) => [name, i]))
  const earliest = ({ entries }: Bucket): number => layer.get(entries[0]!.name)!
  const buckets = learning.flatMap((segment) => cut(segment.value.entries, most).map((entries): Bucket => ({ segment, entries })))
  return buckets.sort((a, b) => earliest(b) - earliest(a))
}

/** Filled from the end, so that the bucket which is not full is the last to be ready. */
function cut(entries: readonly Entry[], most: number): Entry[][] {
  const parts: Entry[][] = []
  let room = 0
  for (const entry of entries.toReversed()) {
    if (!parts.length || sizeOf(entry) > room) {
      parts.unshift([])
      room = most
    }
    parts[0]!.unshift(entry)
    room -= sizeOf(entry)
  }
  return parts
}

export const elementsOf = ({ entries }: Bucket): number => entries.reduce((sum, entry) => sum + sizeOf(entry), 0)

/** For each segment, what its buckets say end to end, in the order of its entries. */
export function bySegment<T>(buckets: readonly Bucket[], values: readonly T[]): Map<Segment, T[]> {
  const parts = new Map<Segment, T[]>()
  // Buckets go from the last layer to the first.
  buckets.forEach(({ segment }, i) => parts.set(segment, [values[i]!, ...(parts.get(segment) ?? [])]))
  return parts
}
