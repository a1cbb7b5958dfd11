import { kernel, layOut } from './kernel.ts'
import type { Taps } from './taps.ts'

/** Cells taken at a time: with their greys they stay in the second cache of a core. */
const BAND = 1 << 17
const TABLE = 1 << 16
/** The kernels read whole vectors, at most so many bytes past the end. */
const SLACK = 16

/** A picture of 16-bit cells that a table turns into greys. */
export interface Shaded {
  cells: Uint16Array
  /** 65,536 greys. */
  table: Uint8Array
}

/**
 * Each row reduced to `taps.start.length` greys, rounded as Pillow rounds them.
 * @param picture row-major, `height * width`; one of cells is turned into greys on the way, so that none of full size is made
 * @returns row-major
 */
export function reduceRows(picture: Uint8Array | Shaded, width: number, height: number, taps: Taps): Uint8Array {
  const to = taps.start.length
  const weights = inTurns(taps)
  const rows = Math.max(1, Math.min(height, Math.floor(BAND / width)))
  const [memory, tableAt, startsAt, weightsAt, cellsAt, greyAt, outAt] = layOut(
    TABLE, 4 * to, weights.byteLength, 2 * rows * width + SLACK, rows * width + 2 * taps.reach + SLACK, rows * to,
  ) as [ArrayBuffer, number, number, number, number, number, number]
  new Int32Array(memory, startsAt).set(taps.start)
  new Int16Array(memory, weightsAt).set(weights)
  const shaded = picture instanceof Uint8Array ? null : picture
  if (shaded) new Uint8Array(memory, tableAt).set(shaded.table)
  const cells = shaded?.cells ?? (picture as Uint8Array)
  const band = shaded ? new Uint16Array(memory, cellsAt) : new Uint8Array(memory, greyAt)
  const made = new Uint8Array(memory, outAt)
  const out = new Uint8Array(to * height)
  for (let y = 0; y < height; y += rows) {
    const count = Math.min(rows, height - y)
    band.set(cells.subarray(y * width, (y + count) * width))
    if (shaded) kernel.shade(cellsAt, count * width, tableAt, greyAt)
    kernel.reduce(greyAt, count, width, to, weights.length / (16 * to), startsAt, weightsAt, outAt)
    out.set(made.subarray(0, count * to), y * to)
  }
  return out
}

/** As the kernel takes them: of eight weights the low 15 bits, then the rest; zeros fill the last turn. */
function inTurns({ start, count, weights, reach }: Taps): Int16Array {
  const turns = Math.ceil(count.reduce((a, b) => Math.max(a, b)) / 8)
  const packed = new Int16Array(start.length * turns * 16)
  for (let out = 0; out < start.length; out++) {
    for (let i = 0; i < count[out]!; i++) {
      const at = (out * turns + (i >> 3)) * 16 + (i & 7)
      const weight = weights[out * reach + i]!
      packed[at] = weight & 0x7fff
      packed[at + 8] = weight >> 15
    }
  }
  return packed
}
