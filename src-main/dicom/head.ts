import { open } from 'node:fs/promises'
import { readFilm } from './read/film.ts'
import type { DicomFilm } from './read/film.ts'
import { parseHead } from './read/parse.ts'
import type { Uids } from './write/uid.ts'

/** Attributes of a radiograph take some kilobytes. */
const HEAD_BYTES = 1 << 18

export interface Head {
  metadata: DicomFilm
  uids: Uids
  fileBytes: number
}

/**
 * What a film says of itself, from the start of its file: an archive is filed without reading its gigabytes of pixels.
 * @returns null where only the whole file can tell: what is no uncompressed DICOM, has no UIDs of its own, is small, or seems broken
 */
export async function readHead(path: string): Promise<Head | null> {
  try {
    await using file = await open(path)
    const { size: fileBytes } = await file.stat()
    if (fileBytes <= HEAD_BYTES) return null
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(HEAD_BYTES) })
    const parsed = parseHead(buffer.subarray(0, bytesRead), fileBytes)
    if (!parsed) return null
    const metadata = readFilm(parsed.dataSet, parsed.transferSyntax)
    const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = metadata
    if (!studyInstanceUid || !seriesInstanceUid || !sopInstanceUid) return null
    return { metadata, uids: { studyInstanceUid, seriesInstanceUid, sopInstanceUid }, fileBytes }
  } catch {
    // Reading the whole file says what is wrong, by code.
    return null
  }
}
