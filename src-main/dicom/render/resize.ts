import { reduceRows } from './reduce/rows.ts'
import type { Shaded } from './reduce/rows.ts'
import { PRECISION, taps } from './reduce/taps.ts'

/**
 * Resizes an 8-bit grey picture with a triangle filter that widens with the reduction (antialiased), each axis on its own.
 * Same arithmetic as Pillow's `Image.resize((w, h), BILINEAR)`, fixed point included, so networks see what they were trained on.
 * @param picture row-major, `height * width`
 * @returns row-major, `toHeight * toWidth`
 */
export function resizeTriangle(picture: Uint8Array | Shaded, width: number, height: number, toWidth: number, toHeight: number): Uint8Array {
  const grey = toWidth === width && picture instanceof Uint8Array
  const across = grey ? picture : reduceRows(picture, width, height, taps(width, toWidth))
  if (toHeight !== height) return resizeColumns(across, toWidth, height, toHeight)
  return grey ? Uint8Array.from(across) : across
}

/** Sums stay below 2^31, which integer arithmetic relies on: the weights of an output make 2^22, pixels 255. */
const HALF = 1 << (PRECISION - 1)
/** A triangle has no negative lobes, so only the top can overflow, by rounding. */
const shade = (sum: number) => Math.min(sum >> PRECISION, 255)

function resizeColumns(pixels: Uint8Array, width: number, height: number, toHeight: number): Uint8Array {
  const { start, count, weights, reach } = taps(height, toHeight)
  const out = new Uint8Array(width * toHeight)
  const sums = new Int32Array(width)
  for (let y = 0; y < toHeight; y++) {
    sums.fill(HALF)
    // Row by row, so that memory is walked in order.
    for (let i = 0; i < count[y]!; i++) {
      const from = (start[y]! + i) * width
      const weight = weights[y * reach + i]!
      for (let x = 0; x < width; x++) sums[x] = (sums[x]! + Math.imul(pixels[from + x]!, weight)) | 0
    }
    for (let x = 0; x < width; x++) out[y * width + x] = shade(sums[x]!)
  }
  return out
}
