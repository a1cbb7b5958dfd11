export const ANNOTATION_KINDS = ['length', 'angle', 'ratio', 'ellipse', 'rectangle', 'arrow', 'text'] as const
export type AnnotationKind = (typeof ANNOTATION_KINDS)[number]

/** In pixels of the film from its top left corner: `{ x: 0.5, y: 0.5 }` is the middle of its first pixel. */
export interface FilmPoint {
  x: number
  y: number
}

/**
 * Something drawn on a film. Its points, by kind: the ends of a length; an end, the vertex and the other end of an angle; the ends of the chest's inner
 * width and then of the heart's for a cardiothoracic ratio; opposite corners of the box around an ellipse or a rectangle; tail and head of an arrow;
 * where a text begins.
 */
export interface Annotation {
  /** UUID, made where it was drawn: undoing a deletion brings the same one back. */
  id: string
  image: string
  /** From 0. */
  frame: number
  kind: AnnotationKind
  points: FilmPoint[]
  /** The words of a text; a note beside the others, often empty. */
  text: string
}

export const POINTS: Record<AnnotationKind, number> = { length: 2, angle: 3, ratio: 4, ellipse: 2, rectangle: 2, arrow: 2, text: 1 }
