import { readFile } from 'node:fs/promises'
import { CodedError } from '#shared/errors.ts'
import { attributes } from './read/attributes.ts'
import { parseDicom } from './read/parse.ts'

/** A record of a DICOMDIR that names a file (PS3.3 F.3.2.2). */
export interface DirectoryRecord {
  /** One-based place in the directory. */
  record: number
  /** `IMAGE`, `SR DOCUMENT`, ... */
  type: string
  /** Components of the file ID, below the folder of the DICOMDIR (PS3.10 section 8.2). */
  file: string[]
}

/** Media Storage Directory Storage. */
const DIRECTORY = '1.2.840.10008.1.3.10'

/**
 * The files that a DICOMDIR names, in its order; patients, studies and series are records without a file.
 * @throws CodedError NOT_DICOM, TRUNCATED_FILE, CORRUPT_IMAGE, NOT_A_DIRECTORY
 */
export async function readDirectoryRecords(path: string): Promise<DirectoryRecord[]> {
  const { meta, dataSet } = parseDicom(await readFile(path), path)
  const top = attributes(dataSet)
  if (meta?.string('x00020002')?.trim() !== DIRECTORY && !top.has('x00041220')) throw new CodedError('NOT_A_DIRECTORY', 'The file is DICOM but no directory of a medium.', { file: path })
  return top.items('x00041220').flatMap((item, i) => {
    const file = item.texts('x00041500').filter(Boolean)
    return file.length ? [{ record: i + 1, type: item.text('x00041430') ?? '', file }] : []
  })
}
