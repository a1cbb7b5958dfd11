import type { DecodePool, Inspection } from '#main/dicom/index.ts'
import type { FilmFile } from './sets/writer.ts'

/**
 * What a film's file says of it, read in a worker.
 * @param decode whether its pixels must prove readable
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, NOT_DICOM, TRUNCATED_FILE, CORRUPT_IMAGE, NO_PIXEL_DATA, DECODE_TIMEOUT
 */
export async function inspectFilm(pool: DecodePool, path: string, options: { decode: boolean; signal: AbortSignal }): Promise<FilmFile & { inspection: Inspection }> {
  const inspection = await pool.run({ task: 'inspect', path, decode: options.decode }, { signal: options.signal })
  const { kind, fileBytes, width, height, frames, metadata } = inspection
  return {
    inspection,
    path,
    bytes: fileBytes,
    kind,
    rows: height,
    columns: width,
    frames,
    lossy: metadata?.lossy ?? kind === 'jpeg',
    transferSyntax: metadata?.transferSyntaxUid ?? '',
  }
}
