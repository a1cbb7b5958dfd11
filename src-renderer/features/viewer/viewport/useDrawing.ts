import { shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Annotation, AnnotationKind } from '../../../../src-shared/domain/annotation.ts'
import type { Film } from '../film/film.ts'
import { drawn, fromStage } from '../marks/geometry.ts'
import { useMarks } from '../marks/store.ts'
import { toFilm, type Point, type Size, type View } from '../view.ts'
import { isDrawing, type Tool } from './gestures.ts'

/** Shorter drags are slips of the hand. */
const LEAST_PX = 4

export interface Drawing {
  draft: ShallowRef<Annotation | null>
  begin(tool: Tool, at: Point): void
  drag(to: Point): void
  end(): void
  cancel(): void
  /** Without a mouse: in the middle of what is in sight, selected, for the arrows to move. */
  place(kind: AnnotationKind): void
}

/** New marks, by one drag each. Points are from the middle of the viewport. */
export function useDrawing(film: Ref<Film | null>, frame: Ref<number>, view: Ref<View>, port: () => Size): Drawing {
  const marks = useMarks()
  const draft = shallowRef<Annotation | null>(null)
  let start: Point | null = null
  let way = 0

  function made(kind: AnnotationKind, from: Point, to: Point): Annotation {
    const [a, b] = [from, to].map((point) => fromStage(film.value!, toFilm(view.value, point)))
    return { id: draft.value?.id ?? crypto.randomUUID(), image: film.value!.image, frame: frame.value, kind, points: drawn(kind, a!, b!), text: '' }
  }
  function keep(mark: Annotation): void {
    marks.shown = true
    marks.put(mark)
    marks.selected = mark.id
  }
  function begin(tool: Tool, at: Point): void {
    if (!film.value || !isDrawing(tool)) return
    start = at
    way = 0
    draft.value = made(tool, at, at)
  }
  function drag(to: Point): void {
    if (!start || !draft.value) return
    way = Math.hypot(to.x - start.x, to.y - start.y)
    draft.value = made(draft.value.kind, start, to)
  }
  function end(): void {
    const mark = draft.value
    cancel()
    if (mark && (way >= LEAST_PX || mark.kind === 'text')) keep(mark)
  }
  function cancel(): void {
    draft.value = null
    start = null
  }
  function place(kind: AnnotationKind): void {
    if (!film.value) return
    const reach = Math.min(port().width, port().height) / 6
    keep(made(kind, { x: -reach, y: kind === 'ellipse' || kind === 'rectangle' ? -reach : 0 }, { x: reach, y: kind === 'ellipse' || kind === 'rectangle' ? reach : 0 }))
  }
  return { draft, begin, drag, end, cancel, place }
}
