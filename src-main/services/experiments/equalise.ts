/**
 * Histogram equalisation as OpenCV's `equalizeHist`, which MIMIC-CXR-JPG was made with: each grey value becomes its share of the pixels that are
 * no brighter, the darkest value present becoming 0.
 * @param pixels 8-bit grey; @returns the same size; a film of one grey value stays as it is
 */
export function equalise(pixels: Uint8Array): Uint8Array {
  const counts = new Uint32Array(256)
  for (const value of pixels) counts[value]!++
  const darkest = counts.findIndex((count) => count > 0)
  const rest = pixels.length - (counts[darkest] ?? 0)
  if (rest === 0) return pixels.slice()
  let below = 0
  const table = Uint8Array.from(counts, (count, value) => {
    if (value <= darkest) return 0
    below += count
    return Math.round((255 * below) / rest)
  })
  return pixels.map((value) => table[value]!)
}
