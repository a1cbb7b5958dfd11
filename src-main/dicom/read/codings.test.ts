import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixture, fixtureBytes, golden16, golden8, maxDifference } from '../testing/fixtures.ts'
import { filmOf, greyPicture } from '../films.ts'
import { openDicom } from './index.ts'
import { expand } from './palette.ts'
import { decodeFrame } from './pixels.ts'
import type { Frame } from './pixels.ts'

/** Fixtures and golden files of test/fixtures/make_codings.py. */
async function frames(name: string): Promise<Frame[]> {
  const dicom = openDicom(fixtureBytes(`${name}.dcm`), fixture(`${name}.dcm`))
  return Promise.all(Array.from({ length: dicom.film.frames }, (_, i) => decodeFrame(dicom, i)))
}
const joined = (all: Frame[]) => all.flatMap(({ pixels }) => Array.from(pixels))
const golden = (name: string, Cells: new (buffer: ArrayBufferLike) => ArrayLike<number>) => Array.from(new Cells(golden8(name).buffer))

const EQUAL: [Cells: new (buffer: ArrayBufferLike) => ArrayLike<number>, names: string[]][] = [
  [Uint8Array, ['palette-8', 'one-bit', 'htj2k-rgb']],
  [Uint16Array, ['palette-16', 'palette-segmented', 'colour-16', 'colour-16-big', 'colour-16-planar', 'colour-16-rle', 'j2k-fragments', 'j2k-fragments-bare', 'htj2k']],
  [Int32Array, ['thirty-two']],
  [Float32Array, ['float-32']],
  [Float64Array, ['float-64']],
]
for (const [Cells, names] of EQUAL) {
  for (const name of names) test(`${name}: every sample of every frame equals pydicom's`, async () => assert.deepEqual(joined(await frames(name)), golden(name, Cells)))
}

for (const name of ['jpeg-rgb-unmarked', 'implicit-jpeg']) {
  test(`${name}: within a level of pydicom's`, async () => assert.ok(maxDifference(joined(await frames(name)), golden8(name)) <= 1))
}

for (const name of ['jpeg-extended-51', 'htj2k-lossy']) {
  test(`${name}: within a level of 4095`, async () => assert.ok(maxDifference(joined(await frames(name)), golden16(name)) <= 1))
}

test('frames in items that are not compressed', async () => {
  assert.deepEqual(joined(await frames('encapsulated-raw')), Array.from(golden16('explicit')))
  assert.deepEqual(joined(await frames('htj2k')), Array.from(golden16('explicit')))
})

test('deep colour is shown as its upper bits are', async () => {
  const grey = async (name: string) => (await greyPicture(await filmOf(fixtureBytes(`${name}.dcm`), `${name}.dcm`))).pixels
  const sixteen = golden16('colour-16')
  const expected = Array.from({ length: sixteen.length / 3 }, (_, i) => {
    const [r, g, b] = [0, 1, 2].map((c) => sixteen[3 * i + c]! / 257) as [number, number, number]
    return 0.299 * r + 0.587 * g + 0.114 * b
  })
  assert.ok(maxDifference(await grey('colour-16'), expected) <= 1)
  assert.ok(maxDifference(await grey('palette-16'), await grey('palette-8')) <= 1)
})

test('float pixels are shown from their percentiles, one bit as black and white', async () => {
  const shown = async (name: string) => (await greyPicture(await filmOf(fixtureBytes(`${name}.dcm`), `${name}.dcm`))).pixels
  assert.ok(maxDifference(await shown('float-32'), golden8('display-percentile.grey')) <= 1)
  assert.ok(maxDifference(await shown('float-64'), golden8('display-percentile.grey')) <= 1)
  assert.deepEqual(new Set(await shown('one-bit')), new Set([0, 255]))
})

test('segmented palettes: runs, lines, and a repetition named by its byte (PS3.3 C.7.9.2)', () => {
  assert.deepEqual(expand(Uint16Array.of(0, 2, 10, 20, 1, 2, 40), 4), Uint16Array.of(10, 20, 30, 40))
  // One segment again from byte 8: the line, now from 40 to 40.
  assert.deepEqual(expand(Uint16Array.of(0, 2, 10, 20, 1, 2, 40, 2, 1, 8, 0), 6), Uint16Array.of(10, 20, 30, 40, 40, 40))
  assert.equal(expand(Uint16Array.of(0, 2, 10, 20), 3), null)
})

test('YBR with foot and head room: black, white and the primaries (CCIR 601)', async () => {
  const film = openDicom(fixtureBytes('ybr-full-422.dcm'), 'ybr.dcm')
  const at = film.dataSet.elements.x7fe00010!.dataOffset
  film.film.photometric = 'YBR_PARTIAL_422'
  film.dataSet.byteArray.set([16, 235, 128, 128, 81, 81, 90, 240], at)
  const { pixels } = await decodeFrame(film)
  assert.ok(maxDifference(pixels.slice(0, 12), [0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 0, 0]) <= 1)
})
