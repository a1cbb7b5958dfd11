import { percentiles } from './percentile.ts'
import type { CountWords, Pixels } from './percentile.ts'
import { isValidWindow, lookUp, lutFunction, windowFunction } from './voi.ts'
import type { Lut, Voi, VoiFunction, Window } from './voi.ts'

/** What the display of a film depends on. */
export interface Greyscale {
  bitsStored: number
  /** Float or double pixels in place of integers. */
  floating: boolean
  signed: boolean
  photometric: string
  rescaleSlope: number
  rescaleIntercept: number
  modalityLut: Lut | null
  windows: Window[]
  voiFunction: VoiFunction
  voiLuts: Lut[]
  /** Stored values from `low` to `high` are no part of the picture (PS3.3 C.7.5.1.1.2). */
  padding: { low: number; high: number } | null
}

/** How a film is shown before anyone touches it. Window values apply to the output of the modality LUT. */
export type Display =
  | { kind: 'window'; source: 'file' | 'full-range' | 'percentile' | 'asked'; window: Window; function: VoiFunction }
  | { kind: 'lut'; source: 'file'; lut: Lut }

/** Per cent of the pixels left to black and to white where the file names no window. */
export const PERCENTILES = [0.5, 99.5]

/**
 * The file's first valid window, else its VOI LUT; else, for up to 8 bits, the whole stored range, so that a film equals its PNG;
 * else percentiles of the pixels (docs/decisions/0010-display-defaults.md).
 */
export function defaultDisplay(film: Greyscale, frame: { pixels: Pixels }, count?: CountWords): Display {
  const window = film.windows.find((one) => isValidWindow(one, film.voiFunction))
  if (window) return { kind: 'window', source: 'file', window, function: film.voiFunction }
  if (film.voiLuts[0]) return { kind: 'lut', source: 'file', lut: film.voiLuts[0] }
  if (film.bitsStored > 8) return percentileDisplay(film, frame, count)
  return { kind: 'window', source: 'full-range', ...spanning(storedRange(film).map(modalityFunction(film)), film.floating) }
}

/** From the pixels alone, whatever the file says. */
export function percentileDisplay(film: Greyscale, frame: { pixels: Pixels }, count?: CountWords): Display {
  const stored = percentiles(frame.pixels, PERCENTILES, film.padding, count) ?? storedRange(film)
  return { kind: 'window', source: 'percentile', ...spanning(stored.map(modalityFunction(film)), film.floating) }
}

/** The window that maps the lowest value to black and the highest to white. */
export function spanning(values: number[], floating = false): { window: Window; function: VoiFunction } {
  const low = Math.min(...values)
  const high = Math.max(...values)
  if (high - low >= 1 && !floating) return { window: { center: (low + high + 1) / 2, width: high - low + 1, explanation: null }, function: 'LINEAR' }
  // LINEAR counts whole steps; fractional rescales and floats need the exact form.
  return { window: { center: (low + high) / 2, width: high - low || 1, explanation: null }, function: 'LINEAR_EXACT' }
}

/** The grey of every cell of 8 or 16 bits that stored values can make, signed ones by their two's complement. */
export function tableOf(shade: (stored: number) => number, film: Greyscale, bits: 8 | 16): Uint8Array {
  const table = new Uint8Array(2 ** bits)
  const [low, high] = storedRange(film) as [number, number]
  for (let stored = low; stored <= high; stored++) table[stored & (2 ** bits - 1)] = shade(stored)
  return table
}

/** Stored value -> grey from 0 to `white`. */
export function shadeOf(film: Greyscale, display: Display, white = 255): (stored: number) => number {
  const modality = modalityFunction(film)
  const voi: Voi = display.kind === 'lut' ? lutFunction(display.lut) : windowFunction(display.window, display.function)
  const inverted = film.photometric === 'MONOCHROME1'
  const { padding } = film
  return (stored) => {
    if (padding && stored >= padding.low && stored <= padding.high) return 0
    const value = voi(modality(stored))
    return Math.floor((inverted ? 1 - value : value) * white + 0.5)
  }
}

/** Stored value -> modality value (PS3.3 C.11.1). */
export function modalityFunction({ modalityLut, rescaleSlope, rescaleIntercept }: Greyscale): (stored: number) => number {
  if (modalityLut) return (stored) => lookUp(modalityLut, stored)
  return (stored) => stored * rescaleSlope + rescaleIntercept
}

export function storedRange({ bitsStored, signed }: Greyscale): number[] {
  return signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1]
}
