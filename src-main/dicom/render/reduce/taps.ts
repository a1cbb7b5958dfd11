/** 8-bit coefficients as Pillow's: 32 bits less the 8 of a pixel and 2 for sums over 1. */
export const PRECISION = 22

/** Which inputs make each output of one axis, and by what weights. */
export interface Taps {
  /** First input of each output. */
  start: Int32Array
  count: Int32Array
  /** `reach` weights an output, of `PRECISION` fractional bits: those of an output make 1. */
  weights: Int32Array
  /** The same before they were rounded. */
  exact: Float64Array
  reach: number
}

/** Of a triangle filter that widens with the reduction (Pillow's precompute_coeffs for BILINEAR). */
export function taps(from: number, to: number): Taps {
  const scale = from / to
  const support = Math.max(scale, 1)
  const reach = Math.ceil(support) * 2 + 1
  const start = new Int32Array(to)
  const count = new Int32Array(to)
  const exact = new Float64Array(to * reach)
  for (let out = 0; out < to; out++) {
    const center = (out + 0.5) * scale
    const first = Math.max(Math.trunc(center - support + 0.5), 0)
    const n = Math.min(Math.trunc(center + support + 0.5), from) - first
    const triangle = exact.subarray(out * reach, out * reach + n)
    for (let i = 0; i < n; i++) triangle[i] = Math.max(0, 1 - Math.abs((i + first - center + 0.5) * (1 / support)))
    const sum = triangle.reduce((a, b) => a + b, 0)
    for (let i = 0; i < n; i++) triangle[i]! /= sum
    start[out] = first
    count[out] = n
  }
  const weights = Int32Array.from(exact, (weight) => Math.trunc(0.5 + weight * (1 << PRECISION)))
  return { start, count, weights, exact, reach }
}
