import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainGreyscale } from '../../../../src-shared/display/film.ts'
import { defaultDisplay, type Greyscale } from '../../../../src-shared/display/grey.ts'
import { dragged, presetsOf, windowDisplay, windowOf } from './windows.ts'

const cells = Uint16Array.from({ length: 1001 }, (_, i) => (i * 8) % 1001)
const film: Greyscale = { ...plainGreyscale(16), bitsStored: 12, rescaleSlope: 2, rescaleIntercept: -100 }
const lut = { first: 10, bits: 8, data: Uint16Array.from({ length: 100 }, (_, i) => i), explanation: 'bone' }
const window = (center: number, width: number, explanation: string | null = null) => ({ center, width, explanation })
const names = (greyscale: Greyscale): string[] => presetsOf(greyscale, cells).presets.map(({ name }) => name)

test("the file's windows and tables come first, by name; windows of no width are left out", () => {
  const own = { ...film, windows: [window(1, 0), window(100, 50, 'LUNG'), window(7, 8)], voiLuts: [lut] }
  assert.deepEqual(names(own).slice(0, 3), ['LUNG', 'File 2', 'VOI LUT: bone'])
  assert.deepEqual(names(film), ['Percentile 0.5–99.5', 'Minimum–maximum', 'Percentile 5–95'])
  assert.deepEqual(presetsOf(film, cells).presets[1]!.display, { kind: 'window', source: 'percentile', window: window(900.5, 2001), function: 'LINEAR' })
})

test('the first is what the backend shows, whatever the film says of itself', () => {
  const eight = { ...plainGreyscale(8), bitsStored: 7 }
  for (const one of [film, { ...film, windows: [window(100, 50)] }, { ...film, voiLuts: [lut] }, eight, { ...film, padding: { low: 0, high: 500 } }, { ...film, rescaleSlope: -1 }]) {
    const [first] = presetsOf(one, cells).presets
    // Where a window came from is told apart, not how it looks.
    assert.deepEqual({ ...first!.display, source: '' }, { ...defaultDisplay(one, { pixels: cells }), source: '' })
  }
})

test('a drag begins at what is shown, a table included', () => {
  assert.deepEqual(windowOf({ kind: 'lut', source: 'file', lut }), { center: 60, width: 100 })
  assert.deepEqual(windowOf(windowDisplay(film, { center: 5, width: 0 })), { center: 5, width: 1 })
})

test('dragging up raises the centre, to the right widens, and the width stays positive', () => {
  const from = { center: 100, width: 200 }
  assert.ok(dragged(from, 0, -10, 800).center > 100)
  assert.ok(dragged(from, 10, 0, 800).width > 200)
  assert.equal(dragged(from, -10_000, 0, 800).width, 1)
})
