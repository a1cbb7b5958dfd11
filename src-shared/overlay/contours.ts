import type { Label } from '../domain/labels.ts'
import { upsample, type CoarseMap } from './heatmap.ts'

/** Okabe and Ito's colours that stand out on a film ("Color Universal Design", 2008): told apart by the colour-blind; the dashes tell them in grey. */
const STYLES = [
  { colour: '#e69f00', name: 'orange', dash: '' },
  { colour: '#56b4e9', name: 'sky blue, dashed', dash: '8 4' },
  { colour: '#009e73', name: 'green, dotted', dash: '2 4' },
  { colour: '#f0e442', name: 'yellow, dash and dot', dash: '12 4 2 4' },
  { colour: '#cc79a7', name: 'purple, short dashes', dash: '5 3' },
  { colour: '#d55e00', name: 'red, long dashes', dash: '14 6' },
] as const

/** What a contour surrounds unless the user says otherwise: more than half of the highest value. */
export const CONTOUR_SHARE = 0.5

/** As many as there are colours. */
export const MOST_CONTOURS = STYLES.length

export type ContourStyle = (typeof STYLES)[number]

/** By its place among the labels shown. */
export const contourStyle = (index: number): ContourStyle => STYLES[index % STYLES.length]!

export interface Contour {
  label: Label
  map: CoarseMap
}

/** Cells of the grid that a contour is found on, along the longer side. */
const GRID = 96

/**
 * The line around the places where a map reaches a share of its highest value: marching squares on the upsampled map (Lorensen and Cline's
 * algorithm in the plane), linear between grid points; saddles are decided by the mean of their corners. Evidence against a label (below 0) is not
 * evidence for it, so a map without a positive value has no contour.
 * @returns path data in units of the film's width and height; lines are closed along the film's edge
 */
export function contourPath(map: CoarseMap, share: number, width: number, height: number): string {
  const [columns, rows] = width >= height ? [GRID, Math.max(2, Math.round((GRID * height) / width))] : [Math.max(2, Math.round((GRID * width) / height)), GRID]
  const values = upsample(map, columns, rows)
  const level = share * values.reduce((a, b) => Math.max(a, b), 0)
  if (!(level > 0)) return ''
  // A frame below every level closes lines at the edge of the film.
  const at = (x: number, y: number): number => (x < 0 || y < 0 || x >= columns || y >= rows ? -level : values[y * columns + x]!)
  const point = (x: number, y: number): string => `${clamp(((x + 0.5) * width) / columns, width)} ${clamp(((y + 0.5) * height) / rows, height)}`
  const lines: string[] = []
  for (let y = -1; y < rows; y++) {
    for (let x = -1; x < columns; x++) {
      for (const [from, to] of segments([at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)], level)) lines.push(`M${point(x + from[0], y + from[1])}L${point(x + to[0], y + to[1])}`)
    }
  }
  return lines.join('')
}

type Place = [x: number, y: number]

/** @param corners top left, top right, bottom right, bottom left */
function segments([a, b, c, d]: [number, number, number, number], level: number): [Place, Place][] {
  const state = Number(a >= level) | (Number(b >= level) << 1) | (Number(c >= level) << 2) | (Number(d >= level) << 3)
  if (state === 0 || state === 15) return []
  const share = (from: number, to: number): number => (level - from) / (to - from)
  const [top, right, bottom, left] = [(): Place => [share(a, b), 0], (): Place => [1, share(b, c)], (): Place => [share(d, c), 1], (): Place => [0, share(a, d)]]
  const joined = (a + b + c + d) / 4 >= level
  const separate: Record<number, [Place, Place][]> = { 5: joined ? [[left(), bottom()], [top(), right()]] : [[left(), top()], [right(), bottom()]], 10: joined ? [[left(), top()], [right(), bottom()]] : [[left(), bottom()], [top(), right()]] }
  if (separate[state]) return separate[state]
  const crossed = [(state & 1) !== ((state >> 1) & 1) ? top() : null, ((state >> 1) & 1) !== ((state >> 2) & 1) ? right() : null, ((state >> 2) & 1) !== ((state >> 3) & 1) ? bottom() : null, ((state >> 3) & 1) !== (state & 1) ? left() : null].filter((place) => place !== null)
  return [[crossed[0]!, crossed[1]!]]
}

const clamp = (value: number, most: number): number => Math.round(Math.min(Math.max(value, 0), most) * 100) / 100

/** Contours over a film as a picture of its size, with their names; `stroke` in pixels of the film. */
export function contoursSvg(contours: readonly Contour[], share: number, width: number, height: number): string {
  const stroke = Math.max(1, Math.max(width, height) / 300)
  const paths = contours.map(({ map }, i) => {
    const { colour, dash } = contourStyle(i)
    const dashes = dash && ` stroke-dasharray="${dash.split(' ').map((part) => Number(part) * stroke * 0.6).join(' ')}"`
    return `<path d="${contourPath(map, share, width, height)}" fill="none" stroke="${colour}" stroke-width="${stroke}" stroke-linecap="round"${dashes}/>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${paths.join('')}</svg>`
}
