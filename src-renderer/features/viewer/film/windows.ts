import { PERCENTILES, modalityFunction, spanning, storedRange, type Display, type Greyscale } from '../../../../src-shared/display/grey.ts'
import { percentiles } from '../../../../src-shared/display/percentile.ts'
import { isValidWindow, type VoiFunction } from '../../../../src-shared/display/voi.ts'
import type { Cells } from './reader.ts'

export interface Preset {
  name: string
  display: Display
}

/** Values are those after the modality LUT. */
export interface Window {
  center: number
  width: number
}

/** A window that the user keeps under a name. */
export interface OwnWindow extends Window {
  name: string
}

const NARROW = [5, 95]

/**
 * Every way the film itself offers to be shown: its windows and VOI LUTs by name, then what the pixels say. The first is how the backend shows it
 * (docs/decisions/0010-display-defaults.md).
 * @param cells of one frame
 */
export function presetsOf(film: Greyscale, cells: Cells): { presets: Preset[]; range: number } {
  const modality = modalityFunction(film)
  const stored = percentiles(cells, [0, NARROW[0]!, ...PERCENTILES, NARROW[1]!, 100], film.padding) ?? Array<number>(6).fill(0)
  const [low, p5, p05, p995, p95, high] = stored.map(modality) as [number, number, number, number, number, number]
  const made = (name: string, values: number[]): Preset => ({ name, display: { kind: 'window', source: 'percentile', ...spanning(values, film.floating) } })
  const shallow = film.bitsStored <= 8 ? [made('Full range', storedRange(film).map(modality))] : []
  const presets = [...fileWindows(film), ...fileTables(film), ...shallow, made('Percentile 0.5–99.5', [p05, p995]), made('Minimum–maximum', [low, high]), made('Percentile 5–95', [p5, p95])]
  return { presets, range: Math.max(1, Math.abs(high - low)) }
}

/** Window Center, Width, their Explanation (0028,1050), (0028,1051), (0028,1055). */
function fileWindows({ windows, voiFunction }: Greyscale): Preset[] {
  const valid = windows.filter((window) => isValidWindow(window, voiFunction))
  return valid.map((window, i) => ({ name: window.explanation || (i ? `File ${i + 1}` : 'File'), display: { kind: 'window', source: 'file', window, function: voiFunction } }))
}

function fileTables({ voiLuts }: Greyscale): Preset[] {
  return voiLuts.map((lut, i) => ({ name: lut.explanation ? `VOI LUT: ${lut.explanation}` : `VOI LUT${i ? ` ${i + 1}` : ''}`, display: { kind: 'lut', source: 'file', lut } }))
}

/** A window over a film, by the film's own function where that allows it. */
export function windowDisplay({ voiFunction }: Greyscale, { center, width }: Window, exact?: VoiFunction): Display {
  return { kind: 'window', source: 'asked', window: { center, width: Math.max(1, width), explanation: null }, function: exact ?? voiFunction }
}

/** The window in force; of a table the span of its inputs, from which a drag goes on. */
export function windowOf(display: Display): Window {
  if (display.kind === 'window') return { center: display.window.center, width: display.window.width }
  const { first, data } = display.lut
  return { center: first + data.length / 2, width: data.length }
}

/** A drag over the film: across widens, up raises the centre; a full-range window takes about 800 screen pixels. */
export function dragged(from: Window, dx: number, dy: number, range: number): Window {
  const perPixel = Math.max(range, 1) / 800
  return { width: Math.max(1, from.width + dx * perPixel), center: from.center - dy * perPixel }
}
