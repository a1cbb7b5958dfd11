import type { OverlayPlane } from '#shared/display/film.ts'
import { attributes } from './attributes.ts'
import type { DicomFile } from './index.ts'
import { unpackBits } from './native.ts'
import { corrupt, pixelElement } from './parse.ts'
import { MAX_PIXELS } from './readable.ts'
import { EXPLICIT_BE } from './transfer-syntax.ts'

/** Groups 6000 to 601E, even ones (PS3.5 7.6). */
const GROUPS = Array.from({ length: 16 }, (_, i) => 0x6000 + 2 * i)

const tagOf = (group: number, element: string): string => `x${group.toString(16)}${element}`

/** The overlay planes of a film (PS3.3 C.9.2), those in unused bits of its cells (retired in 2004) included. */
export function listOverlays({ dataSet, film }: DicomFile): OverlayPlane[] {
  const a = attributes(dataSet)
  return GROUPS.flatMap((group) => {
    const tag = (element: string): string => tagOf(group, element)
    const [rows, columns] = [a.short(tag('0010')), a.short(tag('0011'))]
    const embedded = !a.has(tag('3000'))
    if (!rows || !columns || rows * columns > MAX_PIXELS || (embedded && !holdsBits(film, a.short(tag('0102'))))) return []
    return {
      group,
      rows,
      columns,
      top: (a.short(tag('0050'), true, 0) ?? 1) - 1,
      left: (a.short(tag('0050'), true, 1) ?? 1) - 1,
      kind: a.text(tag('0040')) === 'R' ? ('roi' as const) : ('graphic' as const),
      label: a.text(tag('1500')) ?? a.text(tag('0022')) ?? '',
      frames: Math.max(1, a.decimal(tag('0015')) ?? 1),
      firstFrame: Math.max(1, a.short(tag('0051')) ?? 1) - 1,
    }
  })
}

const holdsBits = (film: DicomFile['film'], bit: number | null): boolean =>
  bit !== null && bit < film.bitsAllocated && (bit > film.highBit || bit <= film.highBit - film.bitsStored) && [8, 16].includes(film.bitsAllocated) && film.samples === 1

/**
 * One frame of a plane, one byte a pixel: 1 is drawn.
 * @throws CodedError CORRUPT_IMAGE when the plane is not there, or shorter than it says
 */
export function overlayBits(dicom: DicomFile, plane: OverlayPlane, frame = 0): Uint8Array {
  const { dataSet, path } = dicom
  const size = plane.rows * plane.columns
  const a = attributes(dataSet)
  const packed = a.bytes(tagOf(plane.group, '3000'))
  if (!packed) return embeddedBits(dicom, plane, a.short(tagOf(plane.group, '0102')) ?? 0, frame)
  const swapped = dataSet.elements[tagOf(plane.group, '3000')]?.vr !== 'OB' && dicom.transferSyntax.uid === EXPLICIT_BE
  const [first, last] = [size * frame, size * (frame + 1)]
  if (frame >= plane.frames || last > packed.length * 8) throw corrupt(path, `The overlay ${plane.group.toString(16)} is shorter than it says.`)
  return unpackBits(swapped ? new Uint8Array(Buffer.from(packed.subarray(0, packed.length & ~1)).swap16()) : packed, first, last)
}

function embeddedBits({ dataSet, film, path, transferSyntax }: DicomFile, plane: OverlayPlane, bit: number, frame: number): Uint8Array {
  const element = pixelElement(dataSet)
  const size = plane.rows * plane.columns
  const width = film.bitsAllocated / 8
  const cells = element && transferSyntax.coding === 'native' && dataSet.byteArray.subarray(element.dataOffset + size * width * frame, element.dataOffset + size * width * (frame + 1))
  if (!cells || size !== film.rows * film.columns || cells.length < size * width) throw corrupt(path, `The overlay ${plane.group.toString(16)} lies in pixel data that do not hold it.`)
  const low = transferSyntax.uid === EXPLICIT_BE && width === 2 ? 1 : 0
  const byte = bit < 8 ? low : 1 - low
  return Uint8Array.from({ length: size }, (_, i) => (cells[i * width + (width === 1 ? 0 : byte)]! >> (bit & 7)) & 1)
}
