/** A small picture with mean 0 and mean square 1; a flat one becomes zeros. */
export function standardised(pixels: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(pixels)
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  return values.map((value) => (deviation > 0 ? (value - mean) / deviation : 0))
}

/** Pearson's correlation of two pictures of one size, -1 to 1; 0 where one of them is flat. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [standardised(a), standardised(b)]
  return x.reduce((sum, value, i) => sum + value * y[i]!, 0) / x.length
}

/** Share of the width by which the middle of a patient may lie off the middle of the film. */
const OFF_CENTRE = 1 / 8

/** How like its own mirror image a picture is, -1 to 1, about the upright axis that suits it best. */
export function symmetry(pixels: ArrayLike<number>, side: number): number {
  let best = -1
  const most = Math.floor(side * OFF_CENTRE)
  for (let shift = -most; shift <= most; shift++) {
    const from = Math.max(0, shift)
    const width = side - Math.abs(shift)
    const at = (i: number, mirrored: boolean): number => pixels[Math.floor(i / width) * side + from + (mirrored ? width - 1 - (i % width) : i % width)]!
    const part = (mirrored: boolean): Float64Array => Float64Array.from({ length: width * side }, (_, i) => at(i, mirrored))
    best = Math.max(best, correlation(part(false), part(true)))
  }
  return best
}
