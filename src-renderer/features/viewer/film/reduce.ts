import type { Region } from './painter.ts'
import type { Cells } from './reader.ts'

/** Part of a film at a fraction of its resolution. */
export interface Reduced {
  /** Mean stored value of each square. */
  cells: Cells
  columns: number
  rows: number
  /** What it shows, in film pixels: whole squares. */
  region: Region
  covers(factor: number, wanted: Region): boolean
}

/**
 * Squares of `factor` by `factor` cells become one, of their mean. Squares that would reach beyond the film are left out.
 * @param columns of the film
 */
export function reduced(cells: Cells, columns: number, factor: number, wanted: Region): Reduced {
  const rows = cells.length / columns
  const [left, top] = [clamp(Math.floor(wanted.left), 0, columns - factor), clamp(Math.floor(wanted.top), 0, rows - factor)]
  const across = Math.max(1, Math.floor((Math.min(columns, Math.ceil(wanted.left + wanted.width)) - left) / factor))
  const down = Math.max(1, Math.floor((Math.min(rows, Math.ceil(wanted.top + wanted.height)) - top) / factor))
  const out = new (cells.constructor as new (length: number) => Cells)(across * down)
  const sums = new Float64Array(across)
  for (let y = 0; y < down; y++) {
    sums.fill(0)
    for (let row = 0; row < factor; row++) addRow(cells, (top + y * factor + row) * columns + left, factor, sums)
    for (let x = 0; x < across; x++) out[y * across + x] = Math.round(sums[x]! / (factor * factor))
  }
  const region = { left, top, width: across * factor, height: down * factor }
  const same = { ...wanted }
  const covers = (other: number, again: Region): boolean => other === factor && (Object.keys(same) as (keyof Region)[]).every((key) => again[key] === same[key])
  return { cells: out, columns: across, rows: down, region, covers }
}

function addRow(cells: Cells, at: number, factor: number, sums: Float64Array): void {
  for (let x = 0; x < sums.length; x++) {
    let sum = 0
    for (let i = 0; i < factor; i++) sum += cells[at++]!
    sums[x]! += sum
  }
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high))
