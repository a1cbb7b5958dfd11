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
  const counts = new Map<number, number>()
  for (let i = 0; i < pixels.length; i++) counts.set(pixels[i]!, (counts.get(pixels[i]!) ?? 0) + 1)
  const sorted = [...counts].map(([value, count]) => [value * slope + intercept, count] as const).sort((a, b) => a[0] - b[0])
  return percentages.map((percentage) => {
    let left = (percentage / 100) * (pixels.length - 1)
    for (const [value, count] of sorted) {
      if (left < count) return value
      left -= count
    }
    return sorted.at(-1)?.[0] ?? 0
  })
}

/** A drag over the film: across widens, up raises the centre; a full-range window takes about 800 screen pixels. */
export function dragged(from: Window, dx: number, dy: number, range: number): Window {
  const perPixel = Math.max(range, 1) / 800
  return { width: Math.max(1, from.width + dx * perPixel), center: from.center - dy * perPixel }
}
