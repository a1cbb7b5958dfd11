/**
 * Where the film lies on the screen: mirrored first, then turned by quarters, scaled and moved; always about its centre. One transform carries
 * the film and everything drawn over it, so that nothing can slip.
 */
export interface View {
  /** Screen pixels of one film pixel. */
  scale: number
  /** Centre of the film from the centre of the viewport, screen pixels. */
  x: number
  y: number
  /** Quarter turns, clockwise. */
  quarter: number
  mirrored: boolean
}

export interface Size {
  width: number
  height: number
}

export interface Point {
  x: number
  y: number
}

const MIN_SCALE = 0.02
const MAX_SCALE = 40
const turn = (quarters: number): number => ((quarters % 4) + 4) % 4

/** The whole film in sight, turned and mirrored as it is. */
export function fitted(view: Pick<View, 'quarter' | 'mirrored'>, film: Size, port: Size): View {
  const lying = view.quarter % 2 === 1
  const [width, height] = lying ? [film.height, film.width] : [film.width, film.height]
  const scale = width && height ? Math.min(port.width / width, port.height / height) : 1
  return { scale: clamp(scale || 1), x: 0, y: 0, quarter: view.quarter, mirrored: view.mirrored }
}

/** Zoom so that the film's point under `at` (from the viewport's centre) stays there. */
export function zoomed(view: View, factor: number, at: Point = { x: 0, y: 0 }): View {
  const scale = clamp(view.scale * factor)
  const k = scale / view.scale
  return { ...view, scale, x: at.x - (at.x - view.x) * k, y: at.y - (at.y - view.y) * k }
}

export const moved = (view: View, dx: number, dy: number): View => ({ ...view, x: view.x + dx, y: view.y + dy })

/** Turn what is on the screen by quarters, clockwise. */
export function rotated(view: View, quarters: number): View {
  let { x, y } = view
  for (let i = 0; i < turn(quarters); i++) [x, y] = [-y, x]
  return { ...view, x, y, quarter: turn(view.quarter + quarters) }
}

/** Mirror what is on the screen left to right, however it is turned: a mirror before a turn is the opposite turn after the mirror. */
export const flippedHorizontally = (view: View): View => ({ ...view, x: -view.x, mirrored: !view.mirrored, quarter: turn(-view.quarter) })

export const flippedVertically = (view: View): View => ({ ...view, y: -view.y, mirrored: !view.mirrored, quarter: turn(2 - view.quarter) })

/** For an element centred in the viewport whose origin is its own centre. */
export function toCss({ x, y, scale, quarter, mirrored }: View): string {
  return `translate(${x}px, ${y}px) scale(${scale}) rotate(${quarter * 90}deg)${mirrored ? ' scaleX(-1)' : ''}`
}

/** Screen point, from the viewport's centre, of a film point, from the film's centre. */
export function toScreen(view: View, { x, y }: Point): Point {
  let p = { x: view.mirrored ? -x : x, y }
  for (let i = 0; i < view.quarter; i++) p = { x: -p.y, y: p.x }
  return { x: p.x * view.scale + view.x, y: p.y * view.scale + view.y }
}

/** The inverse: film point, from the film's centre, under a screen point. */
export function toFilm(view: View, { x, y }: Point): Point {
  let p = { x: (x - view.x) / view.scale, y: (y - view.y) / view.scale }
  for (let i = 0; i < view.quarter; i++) p = { x: p.y, y: -p.x }
  return { x: view.mirrored ? -p.x : p.x, y: p.y }
}

/** What of the film is in sight, in the same units as its size, from its top left corner. */
export function visible(view: View, film: Size, port: Size): { left: number; top: number; width: number; height: number } {
  const corners = [-1, 1].flatMap((x) => [-1, 1].map((y) => toFilm(view, { x: (x * port.width) / 2, y: (y * port.height) / 2 })))
  const inside = (value: number, most: number): number => Math.max(0, Math.min(most, value + most / 2))
  const [left, right] = [Math.min(...corners.map(({ x }) => x)), Math.max(...corners.map(({ x }) => x))].map((x) => inside(x, film.width)) as [number, number]
  const [top, bottom] = [Math.min(...corners.map(({ y }) => y)), Math.max(...corners.map(({ y }) => y))].map((y) => inside(y, film.height)) as [number, number]
  return { left, top, width: right - left, height: bottom - top }
}

export interface Edges {
  top: string
  right: string
  bottom: string
  left: string
}

const OPPOSITE: Record<string, string> = { L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' }
const opposite = (direction: string): string => [...direction].map((letter) => OPPOSITE[letter] ?? letter).join('')

/**
 * Letters at the edges of the screen from Patient Orientation (0020,0020): the directions in which rows and columns run (PS3.3 C.7.6.1.1.1).
 * Null when the film does not say.
 */
export function edgesOf(orientation: readonly string[], view: View): Edges | null {
  const [row, column] = orientation
  if (!row || !column) return null
  const directions = [
    { x: 1, y: 0, name: row },
    { x: -1, y: 0, name: opposite(row) },
    { x: 0, y: 1, name: column },
    { x: 0, y: -1, name: opposite(column) },
  ]
  const at = (x: number, y: number): string =>
    directions.find((direction) => {
      const shown = toScreen({ ...view, x: 0, y: 0, scale: 1 }, direction)
      return shown.x === x && shown.y === y
    })?.name ?? ''
  return { top: at(0, -1), right: at(1, 0), bottom: at(0, 1), left: at(-1, 0) }
}

function clamp(scale: number): number {
  return Math.max(MIN_SCALE, Math.min(MAX_SCALE, scale))
}
