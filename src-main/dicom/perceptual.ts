/** Low frequencies that a fingerprint keeps, along each axis. */
const KEPT = 8

/** What tells whether two pictures show the same thing. */
export interface Fingerprint {
  /** 64 bits in 8 bytes, row by row from the top bit: whether a low frequency of the picture is above the median of all of them. */
  hash: Uint8Array
  /** The 64 low frequencies themselves, the strongest but the mean at 127; the mean is 0. */
  frequencies: Int8Array
}

const bases = new Map<number, Float64Array>()

/** DCT-II of one axis: row k holds cos(pi k (2 i + 1) / 2 side). */
function basis(side: number): Float64Array {
  const known = bases.get(side)
  if (known) return known
  const made = Float64Array.from({ length: KEPT * side }, (_, at) => Math.cos((Math.PI * Math.floor(at / side) * (2 * (at % side) + 1)) / (2 * side)))
  bases.set(side, made)
  return made
}

/** The lowest frequencies of a square picture, `KEPT * KEPT`, row k for the k-th along the height. */
function lowFrequencies(pixels: ArrayLike<number>, side: number): Float64Array {
  const wave = basis(side)
  const down = new Float64Array(KEPT * side)
  for (let k = 0; k < KEPT; k++) {
    for (let y = 0; y < side; y++) {
      const weight = wave[k * side + y]!
      for (let x = 0; x < side; x++) down[k * side + x]! += weight * pixels[y * side + x]!
    }
  }
  const both = new Float64Array(KEPT * KEPT)
  for (let k = 0; k < KEPT; k++) {
    for (let l = 0; l < KEPT; l++) {
      let sum = 0
      for (let x = 0; x < side; x++) sum += down[k * side + x]! * wave[l * side + x]!
      both[k * KEPT + l] = sum
    }
  }
  return both
}

/**
 * Perceptual hash by the discrete cosine transform (Zauner, *Implementation and Benchmarking of Perceptual Image Hash Functions*, 2010), with the median
 * over all 64 low frequencies as Python's `imagehash.phash` takes it. Brightness, contrast, JPEG and scale hardly move it.
 * @param pixels row-major, `side * side`
 */
export function fingerprintOf(pixels: ArrayLike<number>, side: number): Fingerprint {
  const low = lowFrequencies(pixels, side)
  const ordered = low.toSorted()
  const median = (ordered[low.length / 2 - 1]! + ordered[low.length / 2]!) / 2
  const hash = new Uint8Array(low.length / 8)
  low.forEach((value, i) => value > median && (hash[i >> 3]! |= 0x80 >> (i & 7)))
  low[0] = 0
  const strongest = low.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1
  return { hash, frequencies: Int8Array.from(low, (value) => Math.round((127 * value) / strongest)) }
}
