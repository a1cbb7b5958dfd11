import { CodedError } from '#shared/errors.ts'
import type { DicomFilm } from './film.ts'
import { corrupt } from './parse.ts'

/** Eleven thousand by eleven thousand: four times the finest film. A header that claims more is wrong, or an attack on memory. */
export const MAX_PIXELS = 2 ** 27

const COLOURS = /^(RGB|YBR_(FULL|FULL_422|RCT|ICT|PARTIAL_422))$/

/**
 * Whether the attributes describe an image that can be decoded at all.
 * @throws CodedError UNSUPPORTED_PIXELS, IMAGE_TOO_LARGE, CORRUPT_IMAGE
 */
export function checkReadable(film: DicomFilm, file: string): void {
  const { rows, columns, samples, bitsAllocated, bitsStored, highBit, photometric, floating } = film
  const refuse = (message: string) => {
    throw new CodedError('UNSUPPORTED_PIXELS', message, { file, remedy: 'Convert it to MONOCHROME2 of 8 to 16 bits.' })
  }
  if (rows < 1 || columns < 1) throw corrupt(file, `The film says it is ${columns}x${rows} pixels.`)
  if (rows * columns > MAX_PIXELS) throw new CodedError('IMAGE_TOO_LARGE', `The film says it is ${columns}x${rows} pixels; ${MAX_PIXELS} are the most.`, { file })
  if (samples === 1 ? !/^(MONOCHROME[12]|PALETTE COLOR)$/.test(photometric) : samples !== 3) refuse(`Pixels of ${samples} samples in ${photometric} cannot be shown.`)
  if (samples === 3 && !COLOURS.test(photometric)) refuse(`The colour space ${photometric} cannot be shown.`)
  const sizes = floating ? [32, 64] : samples === 3 ? [8, 16, 32] : [1, 8, 16, 32]
  if (!sizes.includes(bitsAllocated)) refuse(`Pixels of ${bitsAllocated} allocated bits cannot be shown.`)
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit >= bitsAllocated || highBit + 1 < bitsStored) {
    throw corrupt(file, `Bits Allocated ${bitsAllocated}, Stored ${bitsStored} and High Bit ${highBit} contradict each other.`)
  }
}
