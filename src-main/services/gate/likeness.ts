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

/** How like its own mirror image a picture is, -1 to 1, about the upright axis that suits it best; 0 for a flat one. */
export function symmetry(pixels: ArrayLike<number>, side: number): number {
  let best = -1
  const most = Math.floor(side * OFF_CENTRE)
  for (let shift = -most; shift <= most; shift++) best = Math.max(best, mirrored(pixels, side, Math.max(0, shift), side - Math.abs(shift)))
  return best
}

/** Correlation of columns `from` to `from + width` with themselves in reverse. Both have one mean and one spread, so that three sums suffice: it is asked of every film of a set. */
function mirrored(pixels: ArrayLike<number>, side: number, from: number, width: number): number {
  let [sum, squares, products] = [0, 0, 0]
  for (let start = from; start < side * side; start += side) {
    for (let x = 0; x < width; x++) {
      const grey = pixels[start + x]!
      sum += grey
      squares += grey * grey
      products += grey * pixels[start + width - 1 - x]!
    }
  }
  const count = width * side
  const spread = squares - (sum * sum) / count
  return spread > 0 ? (products - (sum * sum) / count) / spread : 0
}
