import { pixelElement, truncated } from './parse.ts'
import type { ParsedDicom } from './parse.ts'
import type { RawFrame } from './codecs.ts'
import type { DicomFilm } from './film.ts'
import { unpack422 } from './colour.ts'
import { EXPLICIT_BE } from './transfer-syntax.ts'

/**
 * One uncompressed frame (PS3.5 section 8.1, annex D).
 * @param item the frame's own bytes, where frames come as items of their own
 * @throws CodedError TRUNCATED_FILE
 */
export function nativeFrame({ dataSet, film, path, transferSyntax }: ParsedDicom & { film: DicomFilm }, index: number, item?: Uint8Array): RawFrame {
  const element = pixelElement(dataSet)
  const stored = item ?? (element ? dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length) : new Uint8Array())
  const bits = frameBits(film)
  const [first, last] = [bits * index, bits * (index + 1)]
  const missing = Math.ceil(last / 8) - stored.length
  if (missing > 0) throw truncated(path, `its pixel data need ${missing} bytes more.`)
  const bytesPerSample = Math.max(1, film.bitsAllocated / 8)
  // OB data are a byte stream in either order; PS3.5 allows it only for one-byte samples.
  const swapped = transferSyntax.uid === EXPLICIT_BE && element?.vr !== 'OB'
  // The pairs of an OW may straddle odd frames, so a big-endian element is turned round as a whole.
  const whole = swapped ? swap(stored.slice(), bytesPerSample) : stored
  const plain = { bytesPerSample, planar: film.planar && film.samples === 3, rgb: false }
  if (film.bitsAllocated === 1) return { ...plain, bytes: unpackBits(whole, first, last) }
  const bytes = whole.subarray(first / 8, last / 8)
  if (film.samples === 3 && film.photometric.endsWith('_422')) return { ...plain, bytes: unpack422(bytes, bytesPerSample), planar: false }
  return { ...plain, bytes }
}

function frameBits({ rows, columns, samples, bitsAllocated, photometric }: DicomFilm): number {
  return rows * columns * bitsAllocated * (samples === 3 && photometric.endsWith('_422') ? 2 : samples)
}

/** One byte a pixel; the first pixel is the lowest bit, and frames follow without padding (PS3.5 section 8.1.1). */
export function unpackBits(packed: Uint8Array, first: number, last: number): Uint8Array {
  const out = new Uint8Array(last - first)
  for (let bit = first; bit < last; bit++) out[bit - first] = (packed[bit >> 3]! >> (bit & 7)) & 1
  return out
}

/** Reverses each word in place. One-byte samples of a big-endian OW come in swapped pairs too (PS3.5 section 8.1.1). */
function swap(bytes: Uint8Array, bytesPerSample: number): Uint8Array {
  const word = bytesPerSample < 4 ? 2 : bytesPerSample
  const buffer = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length - (bytes.length % word))
  if (word === 8) buffer.swap64()
  else if (word === 4) buffer.swap32()
  else buffer.swap16()
  return bytes
}
