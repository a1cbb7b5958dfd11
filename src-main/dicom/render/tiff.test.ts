import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import sharp from 'sharp'
import { filmOf } from '../films.ts'
import { fixture } from '../testing/fixtures.ts'

const [WIDTH, HEIGHT] = [37, 23]
const raw = { width: WIDTH, height: HEIGHT, channels: 1 as const }

test('TIFF: stored values of 8 and 16 bits come back, packed by every method that sharp writes without loss', async () => {
  const words = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * 7919) % 65_536)
  const bytes = Uint8Array.from(words, (word) => word >> 8)
  for (const compression of ['none', 'lzw', 'deflate', 'packbits'] as const) {
    const eight = await filmOf(await sharp(bytes, { raw }).toColourspace('b-w').tiff({ compression }).toBuffer(), 'film.tif')
    assert.deepEqual([eight.kind, eight.width, eight.height, [...(await eight.frame()).pixels]], ['tiff', WIDTH, HEIGHT, [...bytes]], compression)
    const sixteen = await filmOf(await sharp(words, { raw }).toColourspace('grey16').tiff({ compression }).toBuffer(), 'film')
    const frame = await sixteen.frame()
    assert.deepEqual([sixteen.kind, frame.bits, [...frame.pixels]], ['tiff', 16, [...words]], compression)
  }
})

test('TIFF: broken and floating ones end in a code, a DICOM film with a TIFF header in its preamble is DICOM', async () => {
  const whole = await sharp(new Uint8Array(WIDTH * HEIGHT), { raw }).tiff({ compression: 'none' }).toBuffer()
  for (const bytes of [whole.subarray(0, 20), whole.subarray(0, whole.length >> 1)]) {
    await assert.rejects(filmOf(bytes, 'film.tif').then((film) => film.frame()), { code: 'CORRUPT_IMAGE' })
  }
  await assert.rejects(filmOf(floating(), 'film.tiff'), { code: 'CORRUPT_IMAGE', message: /float/ })
  const dual = Buffer.from(readFileSync(fixture('explicit.dcm')))
  dual.set([0x49, 0x49, 0x2a, 0])
  assert.equal((await filmOf(dual, 'film')).kind, 'dicom')
})

/** Four pixels of 32-bit floats: width, height, bits, no compression, black is zero, strip, samples, rows, bytes, sample format (TIFF 6.0). */
function floating(): Buffer {
  const tags = [[256, 2], [257, 2], [258, 32], [259, 1], [262, 1], [273, 134], [277, 1], [278, 2], [279, 16], [339, 3]] as const
  const bytes = Buffer.alloc(150)
  bytes.write('II*', 'latin1')
  bytes.writeUInt32LE(8, 4)
  bytes.writeUInt16LE(tags.length, 8)
  tags.forEach(([tag, value], i) => {
    const at = 10 + 12 * i
    bytes.writeUInt16LE(tag, at)
    bytes.writeUInt16LE(3, at + 2)
    bytes.writeUInt32LE(1, at + 4)
    bytes.writeUInt16LE(value, at + 8)
  })
  return bytes
}
