/** Window presets of a film, in values after the modality LUT. */
export interface Window {
  center: number
  width: number
}

export interface Preset extends Window {
  name: string
}

export interface FilmValues {
  /** Stored values of one frame. */
  pixels: ArrayLike<number>
  slope: number
  intercept: number
}

/** How many shortcuts there are. */
const MOST = 5
const CENTRAL: [number, number] = [0.5, 99.5]
const NARROW: [number, number] = [5, 95]

/** The file's own windows first, then what the pixels say: percentiles 0.5 to 99.5, the full range, percentiles 5 to 95. At most five. */
export function presetsOf(own: readonly Preset[], values: FilmValues): Preset[] {
  const [low = 0, p5 = 0, p05 = 0, p995 = 0, p95 = 0, high = 0] = quantiles(values, [0, NARROW[0], CENTRAL[0], CENTRAL[1], NARROW[1], 100])
  const made: Preset[] = [
    { name: 'Percentile 0.5–99.5', ...between(p05, p995) },
    { name: 'Minimum–maximum', ...between(low, high) },
    { name: 'Percentile 5–95', ...between(p5, p95) },
  ]
  return [...own.slice(0, MOST - 2), ...made].slice(0, MOST)
}

/** Window whose ends are two values; at least one value wide (PS3.3 C.11.2.1.2). */
export const between = (low: number, high: number): Window => ({ center: (low + high) / 2, width: Math.max(1, high - low) })

/** Values at percentages (0 to 100) of the sorted pixels. */
export function quantiles({ pixels, slope, intercept }: FilmValues, percentages: readonly number[]): number[] {
  const { low, counts } = histogram(pixels)
  return percentages.map((percentage) => {
    // A negative slope turns the order around.
    const share = (slope < 0 ? 100 - percentage : percentage) / 100
    let left = share * (pixels.length - 1)
    const at = counts.findIndex((count) => (left -= count) < 0)
    return (low + Math.max(0, at)) * slope + intercept
  })
}

/** Films hold whole numbers of at most 16 bits. */
function histogram(pixels: ArrayLike<number>): { low: number; counts: Uint32Array } {
  let low = Infinity
  let high = -Infinity
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i]! < low) low = pixels[i]!
    if (pixels[i]! > high) high = pixels[i]!
  }
  if (!pixels.length) return { low: 0, counts: new Uint32Array(1) }
  const counts = new Uint32Array(high - low + 1)
  for (let i = 0; i < pixels.length; i++) counts[pixels[i]! - low]!++
  return { low, counts }
}

/** A drag over the film: across widens, up raises the centre; a full-range window takes about 800 screen pixels. */
export function dragged(from: Window, dx: number, dy: number, range: number): Window {
  const perPixel = Math.max(range, 1) / 800
  return { width: Math.max(1, from.width + dx * perPixel), center: from.center - dy * perPixel }
}
