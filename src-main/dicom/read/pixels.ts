import { CodedError } from '#shared/errors.ts'
import { attributes } from './attributes.ts'
import { cells, floats } from './cells.ts'
import { decodeEncapsulated } from './codecs.ts'
import type { RawFrame } from './codecs.ts'
import { interleaved, toRgb } from './colour.ts'
import type { DicomFilm } from './film.ts'
import { encapsulatedFrame } from './frames.ts'
import { nativeFrame } from './native.ts'
import { applyPalette, readPalette } from './palette.ts'
import { corrupt, truncated } from './parse.ts'
import type { ParsedDicom } from './parse.ts'
import { checkReadable } from './readable.ts'
import { ENCAPSULATED_RAW } from './transfer-syntax.ts'

export type Pixels = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

/** Stored values of one frame, row-major; colour is interleaved RGB. Bits above the stored ones are cleared or sign-extended. */
export interface Frame {
  pixels: Pixels
  rows: number
  columns: number
  samples: 1 | 3
  /** Significant bits of a sample: colour of 8 goes from 0 to 255. */
  bits: number
}

type DicomImage = ParsedDicom & { film: DicomFilm }

/**
 * Decodes one frame of a film.
 * @param index zero-based frame
 * @throws CodedError UNSUPPORTED_TRANSFER_SYNTAX, UNSUPPORTED_PIXELS, IMAGE_TOO_LARGE, TRUNCATED_FILE, CORRUPT_IMAGE, NO_SUCH_FRAME
 */
export async function decodeFrame(dicom: DicomImage, index = 0): Promise<Frame> {
  const { film, path, dataSet } = dicom
  checkReadable(film, path)
  if (index < 0 || index >= film.frames) {
    throw new CodedError('NO_SUCH_FRAME', `The film has ${film.frames} frames; frame ${index + 1} was asked for.`, { file: path })
  }
  const { rows, columns, bitsStored: bits } = film
  const count = rows * columns
  const raw = await rawFrame(dicom, index)
  if (film.floating) return { pixels: floats(raw, count), rows, columns, samples: 1, bits }
  if (film.photometric === 'PALETTE COLOR') {
    const palette = readPalette(attributes(dataSet))
    if (!palette) throw corrupt(path, 'Its colours are numbers of a palette that the file lacks.')
    return { pixels: applyPalette(palette, cells(raw, count, film)), rows, columns, samples: 3, bits: palette.bits }
  }
  if (film.samples === 1) return { pixels: cells(raw, count, film), rows, columns, samples: 1, bits }
  const colour = cells(raw, 3 * count, film) as Uint8Array | Uint16Array | Uint32Array
  const triples = raw.planar ? interleaved(colour, count) : colour
  return { pixels: film.photometric.startsWith('YBR') && !raw.rgb ? toRgb(triples, bits, film.photometric) : triples, rows, columns, samples: 3, bits }
}

async function rawFrame(dicom: DicomImage, index: number): Promise<RawFrame> {
  const { dataSet, film, path, transferSyntax } = dicom
  const element = dataSet.elements.x7fe00010
  if (!element?.encapsulatedPixelData) return nativeFrame(dicom, index)
  const { coding } = transferSyntax
  if (!coding) throw unsupported(dicom)
  const data = encapsulatedFrame(dataSet, element, index, film.frames)
  if (!data) throw truncated(path, `frame ${index + 1} of ${film.frames} is missing.`)
  if (transferSyntax.uid === ENCAPSULATED_RAW) return nativeFrame(dicom, 0, data)
  const { rows, columns, samples, bitsAllocated, photometric } = film
  try {
    return await decodeEncapsulated(coding, data, { rows, columns, samples, bytesPerSample: bitsAllocated / 8, photometric })
  } catch (error) {
    throw corrupt(path, `Its ${transferSyntax.name} data (${transferSyntax.uid}) cannot be decoded${error instanceof RangeError ? ` (${error.message})` : ''}.`, error)
  }
}

function unsupported({ transferSyntax: { name, uid }, path, film }: DicomImage): CodedError {
  return new CodedError('UNSUPPORTED_TRANSFER_SYNTAX', `${name} (${uid}) with ${film.bitsStored} bits is not supported.`, {
    file: path,
    remedy: 'Convert it to Explicit VR Little Endian, for instance with dcmdjpeg or gdcmconv --raw.',
  })
}
