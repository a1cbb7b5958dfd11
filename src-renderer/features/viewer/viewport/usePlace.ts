import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { fitted, flippedHorizontally, flippedVertically, moved, rotated, toCss, toScreen, zoomed, type Point, type Size, type View } from '../view.ts'
import type { Op } from './ops.ts'

const UPRIGHT: View = { scale: 1, x: 0, y: 0, quarter: 0, mirrored: false }

export interface Place {
  view: Ref<View>
  stage: ComputedRef<Record<string, string>>
  fit(): void
  upright(): void
  /** After a change of size. */
  refit(): void
  /** Move the film so that one of its points, from its centre, lies in the middle of the port. */
  centre(point: Point): void
  apply(op: Op): void
}

/** Where the film lies in its port. It refits when the port changes size, until the user moves it. */
export function usePlace(size: () => Size | null, port: () => Size): Place {
  const view = ref<View>(UPRIGHT)
  let fits = true
  const stage = computed(() => {
    const film = size() ?? { width: 0, height: 0 }
    return { width: `${film.width}px`, height: `${film.height}px`, transform: `translate(-50%, -50%) ${toCss(view.value)}` }
  })
  function fit(): void {
    fits = true
    const film = size()
    if (film) view.value = fitted(view.value, film, port())
  }
  function upright(): void {
    view.value = UPRIGHT
    fit()
  }
  function change(next: View): void {
    fits = false
    view.value = next
  }
  /** Turns and flips keep a fitted film fitted. */
  function turn(next: View): void {
    view.value = next
    if (fits) fit()
  }
  function centre(point: Point): void {
    const { x, y } = toScreen(view.value, point)
    change(moved(view.value, -x, -y))
  }
  function apply(op: Op): void {
    if (op.do === 'fit') fit()
    else if (op.do === 'reset') upright()
    else if (op.do === 'pan') change(moved(view.value, op.dx, op.dy))
    else if (op.do === 'zoom') change(zoomed(view.value, op.factor, op.at))
    else if (op.do === 'rotate') turn(rotated(view.value, op.quarters))
    else if (op.do === 'flipHorizontal') turn(flippedHorizontally(view.value))
    else if (op.do === 'flipVertical') turn(flippedVertically(view.value))
  }
  return { view, stage, fit, upright, refit: () => fits && fit(), centre, apply }
}
