import { ANNOTATION_KINDS, type AnnotationKind } from '../../../../src-shared/domain/annotation.ts'
import type { Point } from '../view.ts'

export type Tool = 'window' | 'pan' | 'zoom' | 'magnify' | AnnotationKind

export const isDrawing = (tool: Tool): tool is AnnotationKind => (ANNOTATION_KINDS as readonly string[]).includes(tool)

export interface Gestures {
  /** A drag began, with what it will do and where, from the viewport's centre. */
  begin(tool: Tool, at: Point): void
  /** Total way of the drag so far, screen pixels; `at` is where it began, from the viewport's centre. */
  drag(tool: Tool, dx: number, dy: number, at: Point, step: Point): void
  end(tool: Tool): void
  wheel(deltaY: number, at: Point): void
}

/** Left drags the chosen tool, middle pans, right zooms; the wheel is passed on. Answers the pointer handlers of the viewport. */
export function useGestures(port: () => HTMLElement | null, tool: () => Tool, gestures: Gestures) {
  let active: { id: number; tool: Tool; start: Point; last: Point; at: Point } | null = null

  function fromCentre(event: MouseEvent): Point {
    const box = port()!.getBoundingClientRect()
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 }
  }
  return {
    fromCentre,
    pointerdown(event: PointerEvent): void {
      const chosen = { 0: tool(), 1: 'pan', 2: 'zoom' }[event.button] as Tool | undefined
      if (active || !chosen) return
      port()!.setPointerCapture(event.pointerId)
      const start = { x: event.clientX, y: event.clientY }
      active = { id: event.pointerId, tool: chosen, start, last: start, at: fromCentre(event) }
      gestures.begin(chosen, active.at)
      // The middle button would start the browser's own scrolling.
      if (event.button === 1) event.preventDefault()
    },
    pointermove(event: PointerEvent): void {
      if (active?.id !== event.pointerId) return
      const { start, last, at } = active
      const now = { x: event.clientX, y: event.clientY }
      gestures.drag(active.tool, now.x - start.x, now.y - start.y, at, { x: now.x - last.x, y: now.y - last.y })
      active.last = now
    },
    pointerup(event: PointerEvent): void {
      if (active?.id !== event.pointerId) return
      const { tool: ended } = active
      active = null
      gestures.end(ended)
    },
    wheel(event: WheelEvent): void {
      event.preventDefault()
      if (event.deltaY) gestures.wheel(event.deltaY, fromCentre(event))
    },
  }
}
