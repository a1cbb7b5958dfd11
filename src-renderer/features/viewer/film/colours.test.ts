import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainGreyscale } from '../../../../src-shared/display/film.ts'
import { shadeOf, tableOf, type Display, type Greyscale } from '../../../../src-shared/display/grey.ts'
import { colour, Colours, spanOf } from './colours.ts'
import type { Cells } from './reader.ts'

const window = (center: number, width: number): Display => ({ kind: 'window', source: 'asked', window: { center, width, explanation: null }, function: 'LINEAR' })
const lut: Display = { kind: 'lut', source: 'file', lut: { first: -40, bits: 8, data: Uint16Array.from({ length: 90 }, (_, i) => (i * 7) % 256), explanation: null } }
/** Every value of the kind but a few, in no order. */
const spread = (low: number, high: number): number[] => Array.from({ length: 3000 }, (_, i) => low + ((i * 7919) % (high - low + 1)))

const films: [string, Greyscale, Cells][] = [
  ['words', plainGreyscale(16), Uint16Array.from(spread(8000, 17_000))],
  ['all words', plainGreyscale(16), Uint16Array.from(spread(0, 65_535))],
  ['signed words', { ...plainGreyscale(16), signed: true, bitsStored: 12, photometric: 'MONOCHROME1', padding: { low: -2000, high: -1900 } }, Int16Array.from(spread(-2048, 2047))],
  ['bytes', plainGreyscale(8), Uint8Array.from(spread(3, 250))],
  ['signed bytes', { ...plainGreyscale(8), signed: true, bitsStored: 7 }, Int8Array.from(spread(-64, 63))],
  ['more than the bits stored', { ...plainGreyscale(16), bitsStored: 10, rescaleSlope: 2 }, Uint16Array.from(spread(900, 1200))],
]

for (const [name, film, cells] of films) {
  test(`${name}: the colours are those of the whole table, however often the window changes`, () => {
    const colours = new Colours()
    const out = new Uint32Array(cells.length)
    for (const display of [window(9000, 4000), window(20, 90), lut, window(-3, 1), window(30_000, 65_536)]) {
      for (const inverted of [false, true]) {
        colour(cells, colours.of(film, cells, spanOf(cells), display, inverted), out)
        const bits = cells.BYTES_PER_ELEMENT === 1 ? 8 : 16
        const table = tableOf(shadeOf(film, display), film, bits)
        const wanted = Uint32Array.from(cells, (cell) => (0xff000000 + (table[cell & (2 ** bits - 1)]! ^ (inverted ? 255 : 0)) * 0x010101) >>> 0)
        assert.deepEqual(out, wanted)
      }
    }
  })
}

test('the span is that of the cells', () => {
  for (const [, , cells] of films) assert.deepEqual(spanOf(cells), { low: Math.min(...cells), high: Math.max(...cells) })
})
