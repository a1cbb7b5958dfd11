/**
 * Percentiles of samples, integers by counting, interpolated as numpy.percentile does.
 * @param skip values that are no part of the picture
 * @param percents ascending or not, 0 to 100
 * @returns one value a percent, or null when nothing is left to count
 */
export function percentiles(values: ArrayLike<number>, percents: number[], skip: { low: number; high: number } | null = null): number[] | null {
  let low = Infinity
  let high = -Infinity
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value < low) low = value
    if (value > high) high = value
  }
  // Thirty-two-bit samples may spread too far to count one by one, and fractions cannot be.
  if (high - low > 1 << 20 || values instanceof Float32Array || values instanceof Float64Array) return bySorting(values, percents, skip)
  if (values.length === 0) return null
  const histogram = new Uint32Array(high - low + 1)
  for (let i = 0; i < values.length; i++) histogram[values[i]! - low]!++
  if (skip) histogram.fill(0, Math.max(skip.low - low, 0), Math.max(skip.high - low + 1, 0))
  const count = histogram.reduce((sum, bin) => sum + bin, 0)
  const at = (rank: number) => {
    let seen = 0
    for (let bin = 0; bin < histogram.length; bin++) if ((seen += histogram[bin]!) > rank) return low + bin
    return high
  }
  return count ? percents.map((percent) => interpolate(at, (percent / 100) * (count - 1))) : null
}

function bySorting(values: ArrayLike<number>, percents: number[], skip: { low: number; high: number } | null): number[] | null {
  const sorted = Float64Array.from(values).filter((value) => !skip || value < skip.low || value > skip.high).sort()
  return sorted.length ? percents.map((percent) => interpolate((rank) => sorted[rank]!, (percent / 100) * (sorted.length - 1))) : null
}

function interpolate(at: (rank: number) => number, position: number): number {
  const below = Math.floor(position)
  return position === below ? at(below) : at(below) + (position - below) * (at(below + 1) - at(below))
}
