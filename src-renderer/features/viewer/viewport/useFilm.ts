import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { loadFilm, type Film } from '../film/film.ts'
import type { Painter, Region } from '../film/painter.ts'
import type { OwnWindow } from '../film/windows.ts'
import { useWindow, type ShownWindow } from './useWindow.ts'

export interface ShownFilm extends ShownWindow {
  film: ShallowRef<Film | null>
  error: ShallowRef<unknown>
  loading: Ref<boolean>
  frame: Ref<number>
  load(image: string): Promise<void>
  show(frame: number): void
}

/** A film, its frame and its window, drawn by a painter once there is one. */
export function useFilm(painter: () => Painter | null, own: () => readonly OwnWindow[], inSight: () => { region: Region; scale: number }): ShownFilm {
  const film = shallowRef<Film | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(false)
  const frame = ref(0)
  const window = useWindow(film, own)
  const { display, inverted, dragging } = window
  let loads: AbortController | null = null

  /** While the window is dragged only what is in sight. */
  function draw(): void {
    if (!film.value) return
    if (!dragging.value) return painter()?.paint(display.value, inverted.value)
    const { region, scale } = inSight()
    painter()?.sketch(display.value, inverted.value, region, scale)
  }
  function forget(): void {
    film.value = null
    painter()?.clear()
  }
  async function load(image: string): Promise<void> {
    loads?.abort()
    const mine = (loads = new AbortController())
    error.value = null
    loading.value = true
    // Never the old film under the new patient's name, not even for a moment.
    forget()
    try {
      const found = await loadFilm(image, mine.signal)
      film.value = found
      frame.value = 0
      painter()?.show(found, 0)
      window.asFirstShown()
    } catch (problem) {
      if (mine.signal.aborted) return
      error.value = problem
    }
    loading.value = false
  }
  function show(wanted: number): void {
    if (!film.value) return
    frame.value = Math.max(0, Math.min(film.value.frames - 1, wanted))
    painter()?.show(film.value, frame.value)
  }
  // With the page's next rendering, of which there is one a frame of the screen.
  watch([film, frame, display, inverted, dragging], draw)
  onBeforeUnmount(() => {
    loads?.abort()
    forget()
  })
  return { ...window, film, error, loading, frame, load, show }
}
