import { taps } from './taps.ts'

/**
 * Resizes a 16-bit grey picture as `resizeTriangle` does one of 8 bits, with Pillow's arithmetic for its mode I;16: weights that are not rounded, sums in
 * doubles, 16 bits between the two axes.
 * @param words row-major, `height * width`
 * @returns row-major, `toHeight * toWidth`
 */
export function resizeWords(words: Uint16Array, width: number, height: number, toWidth: number, toHeight: number): Uint16Array {
  const across = toWidth === width ? words : resizeRows(words, width, height, toWidth)
  return toHeight === height ? Uint16Array.from(across) : resizeColumns(across, toWidth, height, toHeight)
}

const rounded = (sum: number) => Math.min(Math.floor(sum + 0.5), 65_535)

function resizeRows(words: Uint16Array, width: number, height: number, toWidth: number): Uint16Array {
  const { start, count, exact, reach } = taps(width, toWidth)
  const out = new Uint16Array(toWidth * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < toWidth; x++) {
      const from = y * width + start[x]!
      const n = count[x]!
      let sum = 0
      for (let i = 0; i < n; i++) sum += words[from + i]! * exact[x * reach + i]!
      out[y * toWidth + x] = rounded(sum)
    }
  }
  return out
}

function resizeColumns(words: Uint16Array, width: number, height: number, toHeight: number): Uint16Array {
  const { start, count, exact, reach } = taps(height, toHeight)
  const out = new Uint16Array(width * toHeight)
  const sums = new Float64Array(width)
  for (let y = 0; y < toHeight; y++) {
    sums.fill(0)
    for (let i = 0; i < count[y]!; i++) {
      const from = (start[y]! + i) * width
      const weight = exact[y * reach + i]!
      for (let x = 0; x < width; x++) sums[x]! += words[from + x]! * weight
    }
    for (let x = 0; x < width; x++) out[y * width + x] = rounded(sums[x]!)
  }
  return out
}
