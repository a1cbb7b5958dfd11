/**
 * Percentiles of integer samples by counting, interpolated as numpy.percentile does.
 * @param skip values that are no part of the picture
 * @param percents ascending or not, 0 to 100
 * @returns one value a percent, or null when nothing is left to count
 */
export function percentiles(values: ArrayLike<number>, percents: number[], skip: { low: number; high: number } | null = null): number[] | null {
  let low = Infinity
  let high = -Infinity
  let count = 0
  const counted = (value: number) => !skip || value < skip.low || value > skip.high
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!counted(value)) continue
    if (value < low) low = value
    if (value > high) high = value
    count++
  }
  if (count === 0) return null
  // Thirty-two-bit samples may spread too far to count one by one.
  if (high - low > 1 << 20) return bySorting(Float64Array.from(values).filter(counted), percents)
  const histogram = new Uint32Array(high - low + 1)
  for (let i = 0; i < values.length; i++) if (counted(values[i]!)) histogram[values[i]! - low]!++
  const at = (rank: number) => {
    let seen = 0
    for (let bin = 0; bin < histogram.length; bin++) if ((seen += histogram[bin]!) > rank) return low + bin
    return high
  }
  return percents.map((percent) => interpolate(at, (percent / 100) * (count - 1)))
}

function bySorting(values: Float64Array, percents: number[]): number[] {
  values.sort()
  return percents.map((percent) => interpolate((rank) => values[rank]!, (percent / 100) * (values.length - 1)))
}

function interpolate(at: (rank: number) => number, position: number): number {
  const below = Math.floor(position)
  return position === below ? at(below) : at(below) + (position - below) * (at(below + 1) - at(below))
}
