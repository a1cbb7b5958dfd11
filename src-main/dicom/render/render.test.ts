import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixture, golden8, maxDifference } from '../testing/fixtures.ts'
import { filmOf, greyPicture, openFilm } from '../films.ts'
import { writeFilm } from '../write/film.ts'
import { derivedUids } from '../write/uid.ts'
import { percentiles } from '#shared/display/percentile.ts'
import { resizeTriangle } from './resize.ts'
import { windowFunction } from '#shared/display/voi.ts'

const CASES = [
  'linear', 'linear-exact', 'sigmoid', 'width-one', 'rescaled', 'negative-slope', 'signed-window', 'monochrome1', 'voi-lut', 'voi-lut-signed',
  'modality-lut', 'percentile', 'percentile-monochrome1', 'percentile-padded', 'full-range',
]
for (const name of CASES) {
  test(`${name}: displayed as the reference on pydicom's transforms`, async () => {
    const { pixels } = await greyPicture(await openFilm(fixture(`display-${name}.dcm`)))
    const expected = golden8(`display-${name}.grey`)
    assert.ok(maxDifference(pixels, expected) <= 1, `differs by ${maxDifference(pixels, expected)}`)
    // Rounding at a half may fall either way, and no more than that.
    const off = pixels.filter((value, i) => value !== expected[i]).length
    assert.ok(off <= 2, `${off} pixels differ`)
  })
}

test('the window formulas at their edges (PS3.3 C.11.2.1.2)', () => {
  const linear = windowFunction({ center: 2048, width: 4096 }, 'LINEAR')
  assert.deepEqual([linear(0), linear(4095), linear(-5), linear(9999)], [0, 1, 0, 1])
  const threshold = windowFunction({ center: 10, width: 1 }, 'LINEAR')
  assert.deepEqual([threshold(9.5), threshold(10)], [0, 1])
  const exact = windowFunction({ center: 0, width: 100 }, 'LINEAR_EXACT')
  assert.deepEqual([exact(-50), exact(0), exact(51)], [0, 0.5, 1])
  assert.equal(windowFunction({ center: 7, width: 3 }, 'SIGMOID')(7), 0.5)
})

test('a window of no width is passed over for the next rule', async () => {
  const pixels = Uint16Array.from({ length: 100 }, (_, i) => 10 * i)
  const windows = [{ center: 0, width: 0, explanation: null }, { center: 500, width: 1000, explanation: 'good' }]
  const bytes = writeFilm({ object: 'CR', ...derivedUids(new Uint8Array(1)), pixels, rows: 10, columns: 10, bitsStored: 12, windows })
  const { display } = await greyPicture(await filmOf(bytes, 'f.dcm'))
  assert.deepEqual(display, { kind: 'window', source: 'file', window: windows[1], function: 'LINEAR' })
})

test('an 8-bit film without a window is shown as it is, equal to its PNG', async () => {
  const dicom = await greyPicture(await openFilm(fixture('eight.dcm')))
  const png = await greyPicture(await openFilm(fixture('grey8.png')))
  assert.deepEqual(dicom.pixels, golden8('eight'))
  assert.deepEqual(png.pixels, golden8('eight'))
})

test('a 16-bit PNG is shown as a DICOM of the same pixels', async () => {
  const png = await greyPicture(await openFilm(fixture('grey16.png')))
  assert.deepEqual(png.pixels, (await greyPicture(await openFilm(fixture('display-percentile.dcm')))).pixels)
})

test('JPEG and colour PNG decode as Pillow does', async () => {
  assert.deepEqual((await greyPicture(await openFilm(fixture('grey8.jpg')))).pixels, golden8('grey8-jpg'))
  assert.deepEqual((await greyPicture(await openFilm(fixture('colour.png')))).pixels, golden8('colour-png'))
})

test('percentiles as numpy.percentile: linear between ranks', () => {
  assert.deepEqual(percentiles([4, 1, 3, 2], [0, 25, 50, 100]), [1, 1.75, 2.5, 4])
  assert.deepEqual(percentiles([4, 1, 3, 2, 99], [100], { low: 99, high: 99 }), [4])
  assert.deepEqual(percentiles([0, 2 ** 30, 2 ** 31], [25]), [2 ** 29])
  assert.equal(percentiles([7, 7], [50], { low: 7, high: 7 }), null)
})

for (const [width, height] of [[32, 32], [24, 61], [97, 10], [128, 96], [1, 1]] as const) {
  test(`resize to ${width}x${height}: every pixel equals Pillow's`, () => {
    assert.deepEqual(resizeTriangle(golden8('resize-97x61'), 97, 61, width, height), golden8(`resize-${width}x${height}`))
  })
}

test('padding comes out black in either polarity', async () => {
  const film = { object: 'CR', ...derivedUids(new Uint8Array(1)), pixels: Uint8Array.of(0, 100, 200, 0), rows: 2, columns: 2 } as const
  for (const photometric of ['MONOCHROME1', 'MONOCHROME2']) {
    const bytes = writeFilm({ ...film, photometric, extra: [[0x00280120, 'US', 0]] })
    const { pixels } = await greyPicture(await filmOf(bytes, 'f.dcm'))
    assert.deepEqual([pixels[0], pixels[3]], [0, 0])
    assert.equal(pixels[1], photometric === 'MONOCHROME1' ? 155 : 100)
  }
})
