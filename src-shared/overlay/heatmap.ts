import { COLORMAPS } from './colormaps.ts'
import type { Colormap } from './colormaps.ts'

/** A coarse map over a film, row-major `height * width`. */
export interface CoarseMap {
  values: Float32Array
  height: number
  width: number
  /** How far left of and above its cell's middle each value holds, in cells (`cellShift`). Default 0. */
  shift?: number
}

export interface HeatmapOptions {
  /** Default inferno. */
  colormap?: Colormap
  /** Values drawn at the cold and the hot end; default 0 (or the map's lowest, if it is all above 0 or all below) to its highest. */
  range?: [cold: number, hot: number]
  /** Share of the range, 0 to 1, under which nothing is drawn. Default 0. */
  threshold?: number
  /** Alpha at the hot end, 0 to 1; it falls in proportion to the value. Default 0.6. */
  opacity?: number
}

/** @returns interleaved RGBA, not premultiplied */
export function heatmapRgba(map: CoarseMap, width: number, height: number, options: HeatmapOptions = {}): Uint8Array {
  const { colormap = 'inferno', threshold = 0, opacity = 0.6 } = options
  const [cold, hot] = options.range ?? defaultRange(map.values)
  const table = COLORMAPS[colormap]
  const out = new Uint8Array(4 * width * height)
  const span = hot - cold
  const values = upsample(map, width, height)
  for (let i = 0; i < values.length; i++) {
    const share = span > 0 ? Math.min(Math.max((values[i]! - cold) / span, 0), 1) : 0
    const at = 3 * Math.round(share * 255)
    out[4 * i] = table[at]!
    out[4 * i + 1] = table[at + 1]!
    out[4 * i + 2] = table[at + 2]!
    out[4 * i + 3] = share < threshold ? 0 : Math.round(share * opacity * 255)
  }
  return out
}

/** Evidence against a label (below 0) is not evidence for it, so 0 is the cold end wherever the map crosses it. */
function defaultRange(values: Float32Array): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity)
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity)
  return [low < 0 && high > 0 ? 0 : low, high]
}

/**
 * Bilinear interpolation between the places where the values hold, edges held.
 * @returns row-major, `height * width`
 */
export function upsample({ values, height: h, width: w, shift = 0 }: CoarseMap, width: number, height: number): Float32Array {
  if (values.length !== h * w || h < 1 || w < 1) throw new RangeError(`${values.length} values for a map of ${w}x${h}`)
  const columns = Array.from({ length: width }, (_, x) => neighbours(x, width, w, shift))
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const [top, bottom, fy] = neighbours(y, height, h, shift)
    for (let x = 0; x < width; x++) {
      const [left, right, fx] = columns[x]!
      const above = values[top * w + left]! * (1 - fx) + values[top * w + right]! * fx
      const below = values[bottom * w + left]! * (1 - fx) + values[bottom * w + right]! * fx
      out[y * width + x] = above * (1 - fy) + below * fy
    }
  }
  return out
}

function neighbours(at: number, size: number, cells: number, shift: number): [low: number, high: number, fraction: number] {
  const position = Math.min(Math.max(((at + 0.5) * cells) / size - 0.5 + shift, 0), cells - 1)
  const low = Math.floor(position)
  return [low, Math.min(low + 1, cells - 1), position - low]
}
