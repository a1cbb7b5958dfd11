import { CodedError } from '#shared/errors.ts'
import { parseDicom } from '../read/parse.ts'
import { isUid } from './classes.ts'
import type { Instance } from './requestor.ts'

/**
 * A DICOM file as it travels: its data set byte by byte, in its own coding.
 * @throws CodedError as `parseDicom`; NO_UIDS where it does not say what it is
 */
export function instanceOf(bytes: Uint8Array, path: string): Instance {
  const { meta, dataSet, transferSyntax } = parseDicom(bytes, path)
  // The meta group is that of the file, not of the instance: what it says of it is only a copy.
  const uid = (tag: string): string => dataSet.string(tag)?.replace(/[\0 ]+$/, '') ?? ''
  const [sopClassUid, sopInstanceUid] = [uid('x00080016'), uid('x00080018')]
  if (!isUid(sopClassUid) || !isUid(sopInstanceUid)) {
    throw new CodedError('NO_UIDS', 'The film lacks a valid SOP class or instance UID, without which no other system takes it.', { file: path, remedy: 'Export it again from where it came.' })
  }
  const { position = 0 } = (meta ?? {}) as { position?: number }
  return { sopClassUid, sopInstanceUid, transferSyntaxUid: transferSyntax.uid, data: meta ? meta.byteArray.subarray(position) : dataSet.byteArray }
}
