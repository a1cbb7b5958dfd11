/**
 * Histogram equalisation of an 8-bit grey picture, as OpenCV's equalizeHist does it and MIMIC-CXR-JPG was made with it: the darkest grey that occurs
 * becomes 0, the brightest 255, and between them each grey its share of the brighter pixels.
 */
export function equalise(grey: Uint8Array): Uint8Array {
  const histogram = new Uint32Array(256)
  for (const value of grey) histogram[value]!++
  const darkest = histogram.findIndex((count) => count > 0)
  const rest = grey.length - (histogram[darkest] ?? 0)
  // A picture of one grey has nothing to spread.
  if (rest <= 0) return grey.slice()
  const table = new Uint8Array(256)
  for (let value = darkest + 1, seen = 0; value < 256; value++) {
    seen += histogram[value]!
    table[value] = roundHalfToEven(Math.fround(seen * Math.fround(255 / rest)))
  }
  return grey.map((value) => table[value]!)
}

/** As the processor's own rounding, which OpenCV's saturate_cast uses. */
function roundHalfToEven(value: number): number {
  const low = Math.floor(value)
  const over = value - low
  return over > 0.5 || (over === 0.5 && low % 2 === 1) ? low + 1 : low
}
