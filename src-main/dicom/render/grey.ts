import { luma } from '../read/colour.ts'
import type { DicomFilm, Lut, VoiFunction, Window } from '../read/film.ts'
import type { Frame, Pixels } from '../read/pixels.ts'
import { percentiles } from './percentile.ts'
import { isValidWindow, lookUp, lutFunction, windowFunction } from './voi.ts'
import type { Voi } from './voi.ts'

/** What the display depends on; every `DicomFilm` has it, other films state theirs. */
export type Greyscale = Pick<
  DicomFilm,
  'bitsStored' | 'floating' | 'signed' | 'photometric' | 'rescaleSlope' | 'rescaleIntercept' | 'modalityLut' | 'windows' | 'voiFunction' | 'voiLuts' | 'padding'
>

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
export function defaultDisplay(film: Greyscale, frame: Frame): Display {
  const window = film.windows.find((one) => isValidWindow(one, film.voiFunction))
  if (window) return { kind: 'window', source: 'file', window, function: film.voiFunction }
  if (film.voiLuts[0]) return { kind: 'lut', source: 'file', lut: film.voiLuts[0] }
  if (film.bitsStored > 8) return percentileDisplay(film, frame)
  return { kind: 'window', source: 'full-range', ...spanning(storedRange(film).map(modalityFunction(film)), film.floating) }
}

/** From the pixels alone, whatever the file says. */
export function percentileDisplay(film: Greyscale, frame: Frame): Display {
  const stored = percentiles(frame.pixels, PERCENTILES, film.padding) ?? storedRange(film)
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

/**
 * Modality LUT -> window or VOI LUT -> polarity -> 8 bits. Padding comes out black; colour as luma.
 * @returns `rows * columns` values, 0 black to 255 white
 */
export function renderGrey(film: Greyscale, frame: Frame, display: Display = defaultDisplay(film, frame)): Uint8Array {
  const count = frame.rows * frame.columns
  if (frame.samples === 3) return luma(eightBits(frame), count)
  const shade = shadeOf(film, display)
  const { pixels } = frame
  if (pixels instanceof Uint8Array) return shadeBytes(pixels, tableOf(shade, film, 8))
  if (pixels instanceof Uint16Array) return shadeWords(pixels, tableOf(shade, film, 16))
  if (pixels instanceof Int16Array) return shadeWords(new Uint16Array(pixels.buffer, pixels.byteOffset, count), tableOf(shade, film, 16))
  return Uint8Array.from(pixels, shade)
}

/** The grey of every cell of 8 or 16 bits that stored values can make, signed ones by their two's complement. */
function tableOf(shade: (stored: number) => number, film: Greyscale, bits: 8 | 16): Uint8Array {
  const table = new Uint8Array(2 ** bits)
  const [low, high] = storedRange(film) as [number, number]
  for (let stored = low; stored <= high; stored++) table[stored & (2 ** bits - 1)] = shade(stored)
  return table
}

/** One loop for each kind of array: the same loop over several kinds runs at a third of the speed. */
function shadeBytes(cells: Uint8Array, table: Uint8Array): Uint8Array {
  const out = new Uint8Array(cells.length)
  for (let i = 0; i < out.length; i++) out[i] = table[cells[i]!]!
  return out
}

function shadeWords(cells: Uint16Array, table: Uint8Array): Uint8Array {
  const out = new Uint8Array(cells.length)
  for (let i = 0; i < out.length; i++) out[i] = table[cells[i]!]!
  return out
}

/** Colour samples from 0 to 255. */
export function eightBits({ pixels, bits }: Frame): Pixels {
  if (bits === 8) return pixels
  const top = 2 ** bits - 1
  return Uint8Array.from(pixels, (sample) => Math.floor((sample * 255) / top + 0.5))
}

/** Stored value -> 8-bit grey. */
function shadeOf(film: Greyscale, display: Display): (stored: number) => number {
  const modality = modalityFunction(film)
  const voi: Voi = display.kind === 'lut' ? lutFunction(display.lut) : windowFunction(display.window, display.function)
  const inverted = film.photometric === 'MONOCHROME1'
  const { padding } = film
  return (stored) => {
    if (padding && stored >= padding.low && stored <= padding.high) return 0
    const value = voi(modality(stored))
    return Math.floor((inverted ? 1 - value : value) * 255 + 0.5)
  }
}

/** The same values with padding at the end of the stored range that shows black; the array itself where a film has none. */
export function withoutPadding<T extends Pixels>(film: Greyscale, pixels: T): T {
  const { padding, photometric, rescaleSlope } = film
  if (!padding) return pixels
  const [low, high] = storedRange(film) as [number, number]
  const black = (photometric === 'MONOCHROME1') !== rescaleSlope < 0 ? high : low
  return pixels.map((stored: number) => (stored >= padding.low && stored <= padding.high ? black : stored)) as T
}

/** Stored value -> modality value (PS3.3 C.11.1). */
export function modalityFunction({ modalityLut, rescaleSlope, rescaleIntercept }: Greyscale): (stored: number) => number {
  if (modalityLut) return (stored) => lookUp(modalityLut, stored)
  return (stored) => stored * rescaleSlope + rescaleIntercept
}

function storedRange({ bitsStored, signed }: Greyscale): number[] {
  return signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1]
}
