import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import sharp from 'sharp'
import { decodeFrame, greyPicture, greyPng, openDicom, openFilm } from '#main/dicom/index.ts'
import { readNpy } from '#main/engine/data/npy.ts'
import type { Services } from '../index.ts'
import { HEADER, importNow, line, testLibrary } from '../testing/library.ts'

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/dicom')
/** Of every coding and kind of cell; without a window, so that its stored values as a PNG are the same film. */
const PLAIN = ['display-percentile', 'sixteen', 'eight', 'explicit', 'big-endian', 'deflated', 'rle', 'jpeg-lossless-70', 'jpeg-ls-80', 'j2k-90', 'htj2k']
/** Whose own display a PNG can only have burned in. */
const SHOWN = [
  'display-linear', 'display-linear-exact', 'display-sigmoid', 'display-width-one', 'display-rescaled', 'display-negative-slope', 'display-signed-window', 'display-monochrome1',
  'display-voi-lut', 'display-modality-lut', 'display-percentile-padded', 'display-percentile-monochrome1', 'signed', 'thirty-two', 'float-32', 'rgb', 'palette-8', 'one-bit',
]
const fixture = (name: string): string => join(FIXTURES, `${name}.dcm`)

/** Two data sets, of the films and of PNGs that were made of them. */
async function twoSets(folder: string, names: readonly string[], png: (name: string) => Promise<Uint8Array>): Promise<void> {
  for (const [set, ending] of [['dicom', 'dcm'], ['png', 'png']] as const) {
    mkdirSync(join(folder, set))
    for (const [i, name] of names.entries()) writeFileSync(join(folder, set, `${i}.${ending}`), ending === 'dcm' ? readFileSync(fixture(name)) : await png(name))
    writeFileSync(join(folder, set, 'train.csv'), [HEADER.join(','), ...names.map((_, i) => line(`${i}.${ending}`, { Edema: '1.0' })), ''].join('\n'))
  }
}

/** Its stored values; of films that show their whole range, or percentiles of it, nothing else is needed. */
async function storedPng(name: string): Promise<Uint8Array> {
  const film = openDicom(new Uint8Array(readFileSync(fixture(name))), name)
  const { pixels, rows: height, columns: width } = await decodeFrame(film)
  if (pixels instanceof Uint8Array) return greyPng(pixels, width, height)
  assert.ok(pixels instanceof Uint16Array, name)
  return new Uint8Array(await sharp(pixels, { raw: { width, height, channels: 1 } }).toColourspace('grey16').png().toBuffer())
}

async function shownPng(name: string): Promise<Uint8Array> {
  const { pixels, width, height } = await greyPicture(await openFilm(fixture(name)))
  return greyPng(pixels, width, height)
}

async function packOf(services: Services, set: string, look: { depth?: 8 | 16; equalise?: boolean } = {}, size = 24): Promise<{ dtype: string; shape: number[]; bytes: Buffer }> {
  const { file, unreadable } = await services.packs.ensure(set, size, { signal: new AbortController().signal, progress: () => {}, ...look })
  assert.deepEqual([...unreadable], [])
  const { header, array } = await readNpy(file)
  assert.ok(array.some((value) => value !== array[0]))
  return { dtype: header.dtype, shape: header.shape, bytes: Buffer.from(array.buffer) }
}

test('packs of DICOM and of the same films as lossless PNG are the same bytes, plain, of 16 bits and equalised', async (t) => {
  const { services, folder } = testLibrary(t)
  await twoSets(folder, PLAIN, storedPng)
  for (const set of ['dicom', 'png']) assert.equal((await importNow(services, join(folder, set))).result?.['images'], PLAIN.length)
  for (const look of [{}, { depth: 16 }, { equalise: true }] as const) {
    const [dicom, png] = [await packOf(services, 'dicom', look), await packOf(services, 'png', look)]
    assert.deepEqual([dicom.dtype, dicom.shape], ['depth' in look ? 'uint16' : 'uint8', [PLAIN.length, 24, 24]])
    PLAIN.forEach((name, row) => assert.ok(rowOf(dicom, row).equals(rowOf(png, row)), `${name} ${JSON.stringify(look)}`))
  }
  const [plain, deep, spread] = [await packOf(services, 'dicom'), await packOf(services, 'dicom', { depth: 16 }), await packOf(services, 'dicom', { equalise: true })]
  assert.ok(!plain.bytes.equals(spread.bytes), 'equalised is another pack')
  // Sixteen bits are the same picture, only finer: both round, once for each axis and once for the window.
  const words = new Uint16Array(deep.bytes.buffer, deep.bytes.byteOffset, plain.bytes.length)
  assert.ok(words.every((word, i) => Math.abs(word / 257 - plain.bytes[i]!) < 2))
})

test('a film with a display of its own packs as the PNG of what the viewer shows', async (t) => {
  const { services, folder } = testLibrary(t)
  await twoSets(folder, SHOWN, shownPng)
  for (const set of ['dicom', 'png']) assert.equal((await importNow(services, join(folder, set))).result?.['images'], SHOWN.length)
  for (const look of [{}, { equalise: true }]) {
    const [dicom, png] = [await packOf(services, 'dicom', look), await packOf(services, 'png', look)]
    SHOWN.forEach((name, row) => assert.ok(rowOf(dicom, row).equals(rowOf(png, row)), `${name} ${JSON.stringify(look)}`))
  }
})

const rowOf = ({ shape, bytes }: { shape: number[]; bytes: Buffer }, row: number): Buffer => {
  const length = bytes.length / shape[0]!
  return bytes.subarray(row * length, (row + 1) * length)
}
