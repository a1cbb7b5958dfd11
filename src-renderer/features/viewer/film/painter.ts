import { shadeOf, tableOf, type Display, type Greyscale } from '../../../../src-shared/display/grey.ts'
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
  #pixels: ImageData | null = null
  #reduced: Reduced | null = null

  constructor(full: HTMLCanvasElement, quick: HTMLCanvasElement) {
    this.#full = full
    this.#quick = quick
  }

  show(film: Film, frame: number): void {
    if (this.#film !== film) {
      Object.assign(this.#full, { width: film.columns, height: film.rows })
      this.#pixels = new ImageData(film.columns, film.rows)
    }
    this.#film = film
    this.#cells = film.cells(frame)
    this.#reduced = null
  }

  /** Every pixel of the film. */
  paint(display: Display, inverted: boolean): void {
    if (!this.#film || !this.#pixels) return
    look(this.#cells, coloursOf(this.#film.greyscale, this.#cells, display, inverted), new Uint32Array(this.#pixels.data.buffer))
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
    const pixels = new ImageData(columns, rows)
    look(cells, coloursOf(film.greyscale, cells, display, inverted), new Uint32Array(pixels.data.buffer))
    if (this.#quick.width !== columns || this.#quick.height !== rows) Object.assign(this.#quick, { width: columns, height: rows })
    this.#quick.getContext('2d')!.putImageData(pixels, 0, 0)
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
    for (const canvas of [this.#full, this.#quick]) Object.assign(canvas, { width: 0, height: 0 })
    this.#full.style.visibility = ''
    this.#quick.hidden = true
  }
}

/** Colour of each cell, by its two's complement, as a canvas holds it (opaque ABGR). */
function coloursOf(film: Greyscale, cells: Cells, display: Display, inverted: boolean): Uint32Array {
  const grey = tableOf(shadeOf(film, display), film, cells.BYTES_PER_ELEMENT === 1 ? 8 : 16)
  const colours = new Uint32Array(grey.length)
  const flip = inverted ? 255 : 0
  for (let i = 0; i < grey.length; i++) colours[i] = (0xff000000 | ((grey[i]! ^ flip) * 0x010101)) >>> 0
  return colours
}

/** One loop for each kind of array: the same loop over several kinds runs at a third of the speed. */
function look(cells: Cells, colours: Uint32Array, out: Uint32Array): void {
  if (cells.BYTES_PER_ELEMENT === 1) lookBytes(new Uint8Array(cells.buffer, cells.byteOffset, cells.length), colours, out)
  else lookWords(new Uint16Array(cells.buffer, cells.byteOffset, cells.length), colours, out)
}

function lookBytes(cells: Uint8Array, colours: Uint32Array, out: Uint32Array): void {
  for (let i = 0; i < cells.length; i++) out[i] = colours[cells[i]!]!
}

function lookWords(cells: Uint16Array, colours: Uint32Array, out: Uint32Array): void {
  for (let i = 0; i < cells.length; i++) out[i] = colours[cells[i]!]!
}
