import type { Annotation, FilmPoint } from '../../../../src-shared/domain/annotation.ts'
import type { Film } from '../film/film.ts'
import { scaleOf, type Scale } from '../film/scale.ts'

export type Unit = 'modality' | 'stored'

export interface Statistics {
  /** Pixels whose middle lies inside, padding left out. */
  pixels: number
  mean: number
  /** Of all of them, not of a sample. */
  deviation: number
  least: number
  most: number
}

type Measured = Pick<Annotation, 'kind' | 'points' | 'frame'>

/** What an annotation measures, in lines; none for arrows and texts. Lengths are millimetres only where the film permits. */
export function measure({ kind, points, frame }: Measured, film: Film, unit: Unit): string[] {
  const scale = scaleOf(film)
  const [a, b, c, d] = points as [FilmPoint, FilmPoint, FilmPoint, FilmPoint]
  if (kind === 'length') return [inUnits(distance(a, b, film, scale), scale)]
  if (kind === 'angle') return [`${angle(a, b, c, film, scale).toFixed(1)}°`]
  if (kind === 'ratio') return ratioLines(a, b, c, d, film, scale)
  if (kind !== 'ellipse' && kind !== 'rectangle') return []
  const found = statistics(kind, a, b, film, frame, unit)
  return [area(kind, a, b, film, scale), ...(found ? [`${number(found.mean)} ± ${number(found.deviation)}`, `${number(found.least)} to ${number(found.most)}, ${found.pixels} px`] : ['no pixels inside'])]
}

/** Of a cell across and down: millimetres, or widths of a cell where the film does not say them. */
function cellSize({ columns, rows, size }: Film, { mm }: Scale): { across: number; down: number } {
  return mm ?? { across: 1, down: size.height / rows / (size.width / columns) }
}

function vector(from: FilmPoint, to: FilmPoint, film: Film, scale: Scale): { x: number; y: number } {
  const { across, down } = cellSize(film, scale)
  return { x: (to.x - from.x) * across, y: (to.y - from.y) * down }
}

function distance(from: FilmPoint, to: FilmPoint, film: Film, scale: Scale): number {
  const { x, y } = vector(from, to, film, scale)
  return Math.hypot(x, y)
}

/** At `vertex`, 0 to 180 degrees. */
function angle(end: FilmPoint, vertex: FilmPoint, other: FilmPoint, film: Film, scale: Scale): number {
  const [u, v] = [vector(vertex, end, film, scale), vector(vertex, other, film, scale)]
  return (Math.abs(Math.atan2(u.x * v.y - u.y * v.x, u.x * v.x + u.y * v.y)) * 180) / Math.PI
}

/** Heart over chest, both along the line across the chest: how the ends of the heart's line lie up or down says nothing. */
function ratioLines(a: FilmPoint, b: FilmPoint, c: FilmPoint, d: FilmPoint, film: Film, scale: Scale): string[] {
  const [chest, heart] = [vector(a, b, film, scale), vector(c, d, film, scale)]
  const width = Math.hypot(chest.x, chest.y)
  const along = width ? Math.abs(heart.x * chest.x + heart.y * chest.y) / width : 0
  return [`CTR ${width ? (along / width).toFixed(2) : '?'}`, `${inUnits(along, scale)} / ${inUnits(width, scale)}`]
}

function area(kind: 'ellipse' | 'rectangle', a: FilmPoint, b: FilmPoint, film: Film, scale: Scale): string {
  const { x, y } = vector(a, b, film, scale)
  const value = Math.abs(x * y) * (kind === 'ellipse' ? Math.PI / 4 : 1)
  return scale.mm ? `${(value / 100).toFixed(2)} cm²` : `${Math.round(value)} px²`
}

/** Null where no pixel has its middle inside. */
export function statistics(kind: 'ellipse' | 'rectangle', a: FilmPoint, b: FilmPoint, film: Film, frame: number, unit: Unit): Statistics | null {
  const { columns, rows, greyscale } = film
  const cells = film.cells(frame)
  const value = unit === 'stored' ? (stored: number) => stored : film.value
  const { padding } = greyscale
  const [left, right, top, bottom] = [Math.min(a.x, b.x), Math.max(a.x, b.x), Math.min(a.y, b.y), Math.max(a.y, b.y)]
  const [rx, ry, cx, cy] = [(right - left) / 2, (bottom - top) / 2, (left + right) / 2, (top + bottom) / 2]
  const inside = (x: number, y: number): boolean => kind === 'rectangle' || ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1
  let [pixels, mean, squares, least, most] = [0, 0, 0, Infinity, -Infinity]
  for (let row = Math.max(0, Math.ceil(top - 0.5)); row < rows && row + 0.5 <= bottom; row++) {
    for (let column = Math.max(0, Math.ceil(left - 0.5)); column < columns && column + 0.5 <= right; column++) {
      const stored = cells[row * columns + column]!
      if (!inside(column + 0.5, row + 0.5) || (padding && stored >= padding.low && stored <= padding.high)) continue
      const x = value(stored)
      // Welford's recurrence: a sum of squares would lose the deviation of bright, even regions.
      const before = x - mean
      mean += before / ++pixels
      squares += before * (x - mean)
      if (x < least) least = x
      if (x > most) most = x
    }
  }
  return pixels ? { pixels, mean, deviation: Math.sqrt(squares / pixels), least, most } : null
}

const inUnits = (length: number, { mm }: Scale): string => (mm ? `${length.toFixed(1)} mm` : `${Math.round(length)} px`)
const number = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 100 ? 2 : 1))
