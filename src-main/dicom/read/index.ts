import { CodedError } from '#shared/errors.ts'
import { readFilm } from './film.ts'
import type { DicomFilm } from './film.ts'
import { parseDicom } from './parse.ts'
import type { ParsedDicom } from './parse.ts'

export interface DicomFile extends ParsedDicom {
  film: DicomFilm
}

/**
 * Opens a DICOM image held in memory.
 * @param path named in every error
 * @throws CodedError NOT_DICOM, TRUNCATED_FILE, CORRUPT_IMAGE, NO_PIXEL_DATA
 */
export function openDicom(bytes: Uint8Array, path: string): DicomFile {
  const parsed = parseDicom(bytes, path)
  const film = readFilm(parsed.dataSet, parsed.transferSyntax)
  if (!parsed.dataSet.elements.x7fe00010) {
    throw new CodedError('NO_PIXEL_DATA', `The file is DICOM but holds no image (SOP class ${film.sopClassUid ?? 'unknown'}).`, { file: path })
  }
  return { ...parsed, film }
}
