/** Stored values of a frame; bits above the stored ones are cleared or sign-extended. */
export type Pixels = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

export type CountWords = (values: Uint16Array) => Uint32Array

/**
 * Percentiles of samples, those of 8 and 16 bits by counting, interpolated as numpy.percentile does.
 * @param skip values that are no part of the picture
 * @param percents ascending or not, 0 to 100
 * @param count counts each of the 65,536 values of words; who has a faster way names it
 * @returns one value a percent, or null when nothing is left to count
 */
export function percentiles(values: Pixels | number[], percents: number[], skip: { low: number; high: number } | null = null, count: CountWords = countWords): number[] | null {
  const counted = countable(values, count)
  if (!counted) return bySorting(values, percents, skip)
  const { histogram, low } = counted
  if (skip) histogram.fill(0, Math.max(skip.low - low, 0), Math.max(skip.high - low + 1, 0))
  const total = histogram.reduce((sum, bin) => sum + bin, 0)
  const at = (rank: number) => {
    let seen = 0
    for (let bin = 0; bin < histogram.length; bin++) if ((seen += histogram[bin]!) > rank) return low + bin
    return low + histogram.length - 1
  }
  return total ? percents.map((percent) => interpolate(at, (percent / 100) * (total - 1))) : null
}

/** How often each value occurs, from `low` up; null for fractions and for more than sixteen bits, which spread too far to count one by one. */
function countable(values: Pixels | number[], count: CountWords): { histogram: Uint32Array; low: number } | null {
  if (values instanceof Uint8Array) return { histogram: countBytes(values), low: 0 }
  if (values instanceof Uint16Array) return { histogram: count(values), low: 0 }
  if (!(values instanceof Int16Array)) return null
  const words = count(new Uint16Array(values.buffer, values.byteOffset, values.length))
  // By their two's complement the negative half comes last.
  return { histogram: turned(words), low: -0x8000 }
}

/** One loop for each kind of array: the same loop over several kinds runs at a third of the speed. */
function countBytes(values: Uint8Array): Uint32Array {
  const histogram = new Uint32Array(256)
  for (let i = 0; i < values.length; i++) histogram[values[i]!]!++
  return histogram
}

function countWords(values: Uint16Array): Uint32Array {
  const histogram = new Uint32Array(65536)
  for (let i = 0; i < values.length; i++) histogram[values[i]!]!++
  return histogram
}

function turned(histogram: Uint32Array): Uint32Array {
  const half = histogram.length / 2
  const out = new Uint32Array(histogram.length)
  out.set(histogram.subarray(half))
  out.set(histogram.subarray(0, half), half)
  return out
}

function bySorting(values: Pixels | number[], percents: number[], skip: { low: number; high: number } | null): number[] | null {
  const sorted = Float64Array.from(values).filter((value) => !skip || value < skip.low || value > skip.high).sort()
  return sorted.length ? percents.map((percent) => interpolate((rank) => sorted[rank]!, (percent / 100) * (sorted.length - 1))) : null
}

function interpolate(at: (rank: number) => number, position: number): number {
  const below = Math.floor(position)
  return position === below ? at(below) : at(below) + (position - below) * (at(below + 1) - at(below))
}
