import type { Display } from '../../../../src-shared/display/grey.ts'
import { colour, Colours, spanOf, type Span } from './colours.ts'
import type { Film } from './film.ts'
import type { Cells } from './reader.ts'
import { reduced, type Reduced } from './reduce.ts'

/** Part of a film, in its pixels. */
export interface Region {
  left: number
  top: number
  width: number
  height: number
}

/**
 * Draws a film through one table from stored value to colour: the backend's own rule (`src-shared/display`).
 * The `full` canvas has a pixel for each of the film's. While a window is dragged the `quick` one lies over it: what is in sight, at the screen's resolution.
 */
export class Painter {
  readonly #full
  readonly #quick
  #film: Film | null = null
  #cells: Cells = new Uint8Array()
  #span: Span = { low: 0, high: 0 }
  #pixels: ImageData | null = null
  #reduced: Reduced | null = null
  /** The one that the quick canvas lies in the place of. */
  #placed: Reduced | null = null
  #sketched: ImageData | null = null
  readonly #colours = new Colours()
  readonly #sketching

  constructor(full: HTMLCanvasElement, quick: HTMLCanvasElement) {
    this.#full = full
    this.#quick = quick
    // Nothing shines through it, which spares the screen a blending.
    this.#sketching = quick.getContext('2d', { alpha: false })!
  }

  show(film: Film, frame: number): void {
    if (this.#film !== film) {
      Object.assign(this.#full, { width: film.columns, height: film.rows })
      this.#pixels = new ImageData(film.columns, film.rows)
    }
    this.#film = film
    this.#cells = film.cells(frame)
    this.#span = spanOf(this.#cells)
    this.#reduced = null
  }

  /** Every pixel of the film. */
  paint(display: Display, inverted: boolean): void {
    if (!this.#film || !this.#pixels) return
    colour(this.#cells, this.#colours.of(this.#film.greyscale, this.#cells, this.#span, display, inverted), new Uint32Array(this.#pixels.data.buffer))
    this.#full.getContext('2d')!.putImageData(this.#pixels, 0, 0)
    this.#quick.hidden = true
    this.#full.style.visibility = ''
  }

  /** What is in sight, so that it keeps up with the pointer. @param scale screen pixels of a film pixel */
  sketch(display: Display, inverted: boolean, region: Region, scale: number): void {
    const film = this.#film
    if (!film) return
    const factor = Math.max(1, Math.floor(1 / scale))
    if (!this.#reduced?.covers(factor, region)) this.#reduced = reduced(this.#cells, film.columns, factor, region)
    const { cells, columns, rows, region: drawn } = this.#reduced
    if (this.#sketched?.width !== columns || this.#sketched.height !== rows) {
      this.#sketched = new ImageData(columns, rows)
      Object.assign(this.#quick, { width: columns, height: rows })
    }
    // A mean lies within the span of the cells it is of.
    colour(cells, this.#colours.of(film.greyscale, cells, this.#span, display, inverted), new Uint32Array(this.#sketched.data.buffer))
    this.#sketching.putImageData(this.#sketched, 0, 0)
    if (!this.#quick.hidden && this.#placed === this.#reduced) return
    this.#placed = this.#reduced
    const [across, down] = [100 / film.columns, 100 / film.rows]
    Object.assign(this.#quick.style, { left: `${drawn.left * across}%`, top: `${drawn.top * down}%`, width: `${drawn.width * across}%`, height: `${drawn.height * down}%` })
    this.#quick.hidden = false
    // Left in sight it would be scaled down again for every frame, unseen.
    this.#full.style.visibility = 'hidden'
  }

  /** Lets go of the film: nothing of it stays on the screen or in memory. */
  clear(): void {
    this.#film = null
    this.#cells = new Uint8Array()
    this.#pixels = null
    this.#reduced = null
    this.#placed = null
    this.#sketched = null
    this.#colours.clear()
    for (const canvas of [this.#full, this.#quick]) Object.assign(canvas, { width: 0, height: 0 })
    this.#full.style.visibility = ''
    this.#quick.hidden = true
  }
}
