import { CodedError } from '#shared/errors.ts'
import { decodeEncapsulated } from './codecs.ts'
import type { RawFrame } from './codecs.ts'
import { interleaved, toRgb, unpack422 } from './colour.ts'
import type { DicomFilm } from './film.ts'
import { encapsulatedFrame } from './frames.ts'
import { corrupt, truncated } from './parse.ts'
import type { ParsedDicom } from './parse.ts'
import { EXPLICIT_BE } from './transfer-syntax.ts'

export type Pixels = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array

/** Stored values of one frame, row-major; colour is interleaved 8-bit RGB. Bits above the stored ones are cleared or sign-extended. */
export interface Frame {
  pixels: Pixels
  rows: number
  columns: number
  samples: 1 | 3
}

/** What sharp refuses too: a header that claims more is wrong, or an attack on memory. */
const MAX_PIXELS = 268_402_689

/**
 * Decodes one frame of a film.
 * @param index zero-based frame
 * @throws CodedError UNSUPPORTED_TRANSFER_SYNTAX, UNSUPPORTED_PIXELS, TRUNCATED_FILE, CORRUPT_IMAGE, NO_SUCH_FRAME
 */
export async function decodeFrame(dicom: ParsedDicom & { film: DicomFilm }, index = 0): Promise<Frame> {
  const { film, path } = dicom
  checkReadable(film, path)
  if (index < 0 || index >= film.frames) {
    throw new CodedError('NO_SUCH_FRAME', `The film has ${film.frames} frames; frame ${index + 1} was asked for.`, { file: path })
  }
  const raw = await rawFrame(dicom, index)
  const { rows, columns } = film
  if (film.samples === 1) return { pixels: clean(raw, rows * columns, film), rows, columns, samples: 1 }
  const bytes = raw.planar ? interleaved(raw.bytes, rows * columns) : raw.bytes
  const rgb = film.photometric.startsWith('YBR') && !raw.rgb ? toRgb(bytes) : bytes
  return { pixels: rgb.slice(0, rows * columns * 3), rows, columns, samples: 3 }
}

function checkReadable(film: DicomFilm, file: string): void {
  const { rows, columns, samples, bitsAllocated, bitsStored, highBit, photometric } = film
  const refuse = (message: string) => {
    throw new CodedError('UNSUPPORTED_PIXELS', message, { file, remedy: 'Convert it to MONOCHROME2 of 8 to 16 bits.' })
  }
  if (rows < 1 || columns < 1 || rows * columns > MAX_PIXELS) throw corrupt(file, `The film says it is ${columns}x${rows} pixels.`)
  if (samples === 1 ? !/^MONOCHROME[12]$/.test(photometric) : samples !== 3) refuse(`Pixels of ${samples} samples in ${photometric} cannot be shown.`)
  if (samples === 3 && bitsAllocated !== 8) refuse(`Colour of ${bitsAllocated} bits a sample cannot be shown.`)
  if (samples === 3 && !/^(RGB|YBR_(FULL|FULL_422|RCT|ICT|PARTIAL_422))$/.test(photometric)) refuse(`The colour space ${photometric} cannot be shown.`)
  if (![8, 16, 32].includes(bitsAllocated)) refuse(`Pixels of ${bitsAllocated} allocated bits cannot be shown.`)
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit >= bitsAllocated || highBit + 1 < bitsStored) {
    throw corrupt(file, `Bits Allocated ${bitsAllocated}, Stored ${bitsStored} and High Bit ${highBit} contradict each other.`)
  }
}

async function rawFrame(dicom: ParsedDicom & { film: DicomFilm }, index: number): Promise<RawFrame> {
  const { dataSet, film, path, transferSyntax } = dicom
  const element = dataSet.elements.x7fe00010
  if (!element) throw new CodedError('NO_PIXEL_DATA', 'The file holds no image.', { file: path })
  const { coding } = transferSyntax
  if (!coding) throw unsupported(dicom)
  if (coding === 'native' || !element.encapsulatedPixelData) return nativeFrame(dicom, index)
  const data = encapsulatedFrame(dataSet, element, index, film.frames)
  if (!data) throw truncated(path, `frame ${index + 1} of ${film.frames} is missing.`)
  const { rows, columns, samples, bitsAllocated } = film
  try {
    return await decodeEncapsulated(coding, data, { rows, columns, samples, bytesPerSample: bitsAllocated / 8 })
  } catch (error) {
    // Process 4 of JPEG Extended has 12 bits, which the 8-bit decoder refuses.
    if (transferSyntax.uid.endsWith('.4.51') && film.bitsStored > 8) throw unsupported(dicom)
    throw corrupt(path, `Its ${transferSyntax.name} data cannot be decoded${error instanceof RangeError ? ` (${error.message})` : ''}.`, error)
  }
}

function unsupported({ transferSyntax: { name, uid }, path, film }: ParsedDicom & { film: DicomFilm }): CodedError {
  return new CodedError('UNSUPPORTED_TRANSFER_SYNTAX', `${name} (${uid}) with ${film.bitsStored} bits is not supported.`, {
    file: path,
    remedy: 'Convert it to Explicit VR Little Endian, for instance with dcmdjpeg or gdcmconv --raw.',
  })
}

function nativeFrame({ dataSet, film, path, transferSyntax }: ParsedDicom & { film: DicomFilm }, index: number): RawFrame {
  const element = dataSet.elements.x7fe00010!
  const bytesPerSample = film.bitsAllocated / 8
  const subsampled = film.samples === 3 && film.photometric.endsWith('_422')
  const pixels = film.rows * film.columns
  const size = subsampled ? 2 * pixels : pixels * film.samples * bytesPerSample
  const missing = size * (index + 1) - element.length
  if (missing > 0) throw truncated(path, `its pixel data need ${missing} bytes more.`)
  // OB data are a byte stream in either order; PS3.5 allows it only for one-byte samples.
  const swapped = transferSyntax.uid === EXPLICIT_BE && element.vr !== 'OB'
  const end = element.dataOffset + element.length
  // The pairs of an OW may straddle odd frames, so it is turned round as a whole.
  const stored = swapped ? swap(dataSet.byteArray.slice(element.dataOffset, end), bytesPerSample) : dataSet.byteArray.subarray(element.dataOffset, end)
  const bytes = stored.slice(size * index, size * (index + 1))
  if (subsampled) return { bytes: unpack422(bytes), bytesPerSample, planar: false, rgb: false }
  return { bytes, bytesPerSample, planar: film.planar, rgb: false }
}

/** Reverses each word in place. One-byte samples of a big-endian OW come in swapped pairs too (PS3.5 section 8.1.1). */
function swap(bytes: Uint8Array, bytesPerSample: number): Uint8Array {
  const whole = bytes.length & ~(bytesPerSample === 4 ? 3 : 1)
  const buffer = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, whole)
  if (bytesPerSample === 4) buffer.swap32()
  else buffer.swap16()
  return bytes
}

/** Stored values out of their cells: the bits above High Bit may hold anything (overlays, noise). */
function clean({ bytes, bytesPerSample }: RawFrame, count: number, film: DicomFilm): Pixels {
  const { bitsStored, highBit, signed } = film
  const cells = words(bytes, bytesPerSample, count)
  const out = words(new Uint8Array(count * (film.bitsAllocated / 8)), film.bitsAllocated / 8, count)
  const pixels = signed ? signedView(out) : out
  // A codec may hand out cells narrower than the stored bits, when no sample needs more.
  const drop = 31 - Math.min(highBit, 8 * bytesPerSample - 1)
  const shift = 32 - Math.min(bitsStored, 8 * bytesPerSample)
  for (let i = 0; i < count; i++) pixels[i] = signed ? (cells[i]! << drop) >> shift : (cells[i]! << drop) >>> shift
  return pixels
}

function words(bytes: Uint8Array, size: number, count: number): Uint8Array | Uint16Array | Uint32Array {
  if (size === 1) return bytes.subarray(0, count)
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice()
  return size === 2 ? new Uint16Array(aligned.buffer, aligned.byteOffset, count) : new Uint32Array(aligned.buffer, aligned.byteOffset, count)
}

function signedView(array: Uint8Array | Uint16Array | Uint32Array): Int8Array | Int16Array | Int32Array {
  const Signed = { 1: Int8Array, 2: Int16Array, 4: Int32Array }[array.BYTES_PER_ELEMENT as 1 | 2 | 4]
  return new Signed(array.buffer as ArrayBuffer, array.byteOffset, array.length)
}
