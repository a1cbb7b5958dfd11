import { shadeOf, storedRange, type Display, type Greyscale } from '../../../../src-shared/display/grey.ts'
import type { Cells } from './reader.ts'

/** Lowest and highest cell of a frame. */
export interface Span {
  low: number
  high: number
}

/** One loop for each kind of array: the same loop over several kinds runs at a third of the speed. */
export function spanOf(cells: Cells): Span {
  if (cells instanceof Uint16Array) return spanOfWords(cells)
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!
    if (cell < low) low = cell
    if (cell > high) high = cell
  }
  return { low, high }
}

function spanOfWords(cells: Uint16Array): Span {
  let [low, high] = [65535, 0]
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!
    if (cell < low) low = cell
    if (cell > high) high = cell
  }
  return { low, high }
}

/**
 * Colours of the cells of a film, as a canvas holds them (opaque ABGR), by the cells' two's complement. Only those of the values that occur are worked out,
 * in a table that is kept: a window that is dragged needs them anew for every frame of the screen.
 */
export class Colours {
  #table = new Uint32Array()

  of(film: Greyscale, cells: Cells, { low, high }: Span, display: Display, inverted: boolean): Uint32Array {
    const count = cells.BYTES_PER_ELEMENT === 1 ? 256 : 65536
    if (this.#table.length !== count) this.#table = new Uint32Array(count)
    const table = this.#table
    const shade = shadeOf(film, display)
    const [least, most] = storedRange(film) as [number, number]
    const flip = inverted ? 255 : 0
    for (let stored = low; stored <= high; stored++) {
      // What the film's bits cannot hold is black, as in `tableOf`.
      const grey = stored < least || stored > most ? 0 : shade(stored)
      table[stored & (count - 1)] = (0xff000000 | ((grey ^ flip) * 0x010101)) >>> 0
    }
    return table
  }

  clear(): void {
    this.#table = new Uint32Array()
  }
}

/** Each cell in its colour. */
export function colour(cells: Cells, colours: Uint32Array, out: Uint32Array): void {
  if (cells.BYTES_PER_ELEMENT === 1) colourBytes(new Uint8Array(cells.buffer, cells.byteOffset, cells.length), colours, out)
  else colourWords(new Uint16Array(cells.buffer, cells.byteOffset, cells.length), colours, out)
}

function colourBytes(cells: Uint8Array, colours: Uint32Array, out: Uint32Array): void {
  for (let i = 0; i < cells.length; i++) out[i] = colours[cells[i]!]!
}

function colourWords(cells: Uint16Array, colours: Uint32Array, out: Uint32Array): void {
  for (let i = 0; i < cells.length; i++) out[i] = colours[cells[i]!]!
}
