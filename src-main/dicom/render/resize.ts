/** 8-bit coefficients as Pillow's: 32 bits less the 8 of a pixel and 2 for sums over 1. */
const PRECISION = 22

/**
 * Resizes an 8-bit grey picture with a triangle filter that widens with the reduction (antialiased), each axis on its own.
 * Same arithmetic as Pillow's `Image.resize((w, h), BILINEAR)`, fixed point included, so networks see what they were trained on.
 * @param pixels row-major, `height * width`
 * @returns row-major, `toHeight * toWidth`
 */
export function resizeTriangle(pixels: Uint8Array, width: number, height: number, toWidth: number, toHeight: number): Uint8Array {
  const across = toWidth === width ? pixels : resizeRows(pixels, width, height, toWidth)
  return toHeight === height ? Uint8Array.from(across) : resizeColumns(across, toWidth, height, toHeight)
}

interface Taps {
  /** First input of each output. */
  start: Int32Array
  count: Int32Array
  /** `reach` weights an output, fixed point. */
  weights: Int32Array
  reach: number
}

function taps(from: number, to: number): Taps {
  const scale = from / to
  const support = Math.max(scale, 1)
  const reach = Math.ceil(support) * 2 + 1
  const start = new Int32Array(to)
  const count = new Int32Array(to)
  const weights = new Int32Array(to * reach)
  const triangle = new Float64Array(reach)
  for (let out = 0; out < to; out++) {
    const center = (out + 0.5) * scale
    const first = Math.max(Math.trunc(center - support + 0.5), 0)
    const n = Math.min(Math.trunc(center + support + 0.5), from) - first
    let sum = 0
    for (let i = 0; i < n; i++) sum += triangle[i] = Math.max(0, 1 - Math.abs((i + first - center + 0.5) * (1 / support)))
    for (let i = 0; i < n; i++) weights[out * reach + i] = Math.trunc(0.5 + (triangle[i]! / sum) * (1 << PRECISION))
    start[out] = first
    count[out] = n
  }
  return { start, count, weights, reach }
}

/** Sums stay below 2^31, which integer arithmetic relies on: the weights of an output make 2^22, pixels 255. */
const HALF = 1 << (PRECISION - 1)
/** A triangle has no negative lobes, so only the top can overflow, by rounding. */
const shade = (sum: number) => Math.min(sum >> PRECISION, 255)

function resizeRows(pixels: Uint8Array, width: number, height: number, toWidth: number): Uint8Array {
  const { start, count, weights, reach } = taps(width, toWidth)
  const out = new Uint8Array(toWidth * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < toWidth; x++) {
      const from = y * width + start[x]!
      const weight = x * reach
      const n = count[x]!
      let sum = HALF
      for (let i = 0; i < n; i++) sum = (sum + Math.imul(pixels[from + i]!, weights[weight + i]!)) | 0
      out[y * toWidth + x] = shade(sum)
    }
  }
  return out
}

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
