import { CodedError } from '#shared/errors.ts'
import { readFilm } from './film.ts'
import type { DicomFilm } from './film.ts'
import { parseDicom, pixelElement, truncated } from './parse.ts'
import type { ParsedDicom } from './parse.ts'

export interface DicomFile extends ParsedDicom {
  film: DicomFilm
}

/** Computed and digital radiography, secondary capture: a file of these classes without pixels was cut off. */
const RADIOGRAPH = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(1|1\.\d[\d.]*|7|7\.\d)$/

/**
 * Opens a DICOM image held in memory.
 * @param path named in every error
 * @throws CodedError NOT_DICOM, TRUNCATED_FILE, CORRUPT_IMAGE, NO_PIXEL_DATA
 */
export function openDicom(bytes: Uint8Array, path: string): DicomFile {
  const parsed = parseDicom(bytes, path)
  const film = readFilm(parsed.dataSet, parsed.transferSyntax)
  if (!pixelElement(parsed.dataSet)) {
    const sopClass = film.sopClassUid ?? parsed.meta?.string('x00020002') ?? 'unknown'
    if (film.rows || RADIOGRAPH.test(sopClass)) throw truncated(path, 'it describes an image but has no pixel data.')
    throw new CodedError('NO_PIXEL_DATA', `The file is DICOM but holds no image (SOP class ${sopClass}).`, { file: path })
  }
  return { ...parsed, film }
}
