import type { RawFrame } from './codecs.ts'
import type { DicomFilm } from './film.ts'

type Unsigned = Uint8Array | Uint16Array | Uint32Array
type Integers = Unsigned | Int8Array | Int16Array | Int32Array

/**
 * Stored values out of their cells: the bits above High Bit may hold anything (overlays, noise), those below the stored ones too.
 * @returns `count` values in cells of the film's own size
 */
export function cells({ bytes, bytesPerSample }: RawFrame, count: number, { bitsAllocated, bitsStored, highBit, signed, samples }: DicomFilm): Integers {
  const from = words(bytes, bytesPerSample, count)
  const size = Math.max(1, bitsAllocated / 8) as 1 | 2 | 4
  const asSigned = signed && samples === 1
  const whole = bitsStored === 8 * size && size === bytesPerSample
  if (whole) return asSigned ? signedView(from) : from
  const out = words(new Uint8Array(count * size), size, count)
  const pixels = asSigned ? signedView(out) : out
  // A codec may hand out cells narrower than the stored bits, when no sample needs more.
  const drop = 31 - Math.min(highBit, 8 * bytesPerSample - 1)
  const shift = 32 - Math.min(bitsStored, 8 * bytesPerSample)
  if (asSigned) extend(from, pixels, drop, shift)
  else if (drop === shift) mask(from, pixels, (2 ** (32 - shift) - 1) >>> 0)
  else for (let i = 0; i < count; i++) pixels[i] = (from[i]! << drop) >>> shift
  return pixels
}

function extend(from: Unsigned, to: Integers, drop: number, shift: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (from[i]! << drop) >> shift
}

function mask(from: Unsigned, to: Integers, bits: number): void {
  for (let i = 0; i < to.length; i++) to[i] = from[i]! & bits
}

/** Float or double pixels; they have neither High Bit nor sign. */
export function floats({ bytes, bytesPerSample }: RawFrame, count: number): Float32Array | Float64Array {
  const { buffer } = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  const offset = bytes.byteOffset % 8 === 0 ? bytes.byteOffset : 0
  return bytesPerSample === 8 ? new Float64Array(buffer, offset, count) : new Float32Array(buffer, offset, count)
}

function words(bytes: Uint8Array, size: number, count: number): Unsigned {
  if (size === 1) return bytes.subarray(0, count)
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice()
  return size === 2 ? new Uint16Array(aligned.buffer, aligned.byteOffset, count) : new Uint32Array(aligned.buffer, aligned.byteOffset, count)
}

function signedView(array: Unsigned): Int8Array | Int16Array | Int32Array {
  const Signed = { 1: Int8Array, 2: Int16Array, 4: Int32Array }[array.BYTES_PER_ELEMENT as 1 | 2 | 4]
  return new Signed(array.buffer as ArrayBuffer, array.byteOffset, array.length)
}
