import type { Annotation, AnnotationKind, FilmPoint } from '../../../../src-shared/domain/annotation.ts'
import type { Film } from '../film/film.ts'
import type { Point } from '../view.ts'

/** Cells and the CSS pixels of the stage differ where pixels are not square. */
type Grid = Pick<Film, 'columns' | 'rows' | 'size'>

/** From the film's centre, as `view.ts` has it. */
export const toStage = ({ columns, rows, size }: Grid, { x, y }: FilmPoint): Point => ({ x: (x / columns - 0.5) * size.width, y: (y / rows - 0.5) * size.height })

export const fromStage = ({ columns, rows, size }: Grid, { x, y }: Point): FilmPoint => ({ x: (x / size.width + 0.5) * columns, y: (y / size.height + 0.5) * rows })

const between = (a: FilmPoint, b: FilmPoint, share: number): FilmPoint => ({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share })

/** What one drag draws; the points that it does not say are put where they can be taken hold of. */
export function drawn(kind: AnnotationKind, from: FilmPoint, to: FilmPoint): FilmPoint[] {
  if (kind === 'text') return [from]
  if (kind === 'angle') return [to, from, { x: from.x + (to.x - from.x) * 0.5 - (to.y - from.y) * 0.866, y: from.y + (to.y - from.y) * 0.5 + (to.x - from.x) * 0.866 }]
  // The heart begins as the middle half of the chest; its ends are then put where they belong.
  if (kind === 'ratio') return [from, to, between(from, to, 0.25), between(from, to, 0.75)]
  return [from, to]
}

export const shifted = (points: readonly FilmPoint[], dx: number, dy: number): FilmPoint[] => points.map(({ x, y }) => ({ x: x + dx, y: y + dy }))

export const withPoint = (points: readonly FilmPoint[], index: number, point: FilmPoint): FilmPoint[] => points.map((old, i) => (i === index ? point : old))

/** Middle of what was drawn. */
export function middleOf({ points }: Pick<Annotation, 'points'>): FilmPoint {
  const mean = (values: number[]): number => (Math.min(...values) + Math.max(...values)) / 2
  return { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) }
}
