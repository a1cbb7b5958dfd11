import type { Report } from '#shared/domain/report.ts'
import { CodedError } from '#shared/errors.ts'
import { derivedUid, type DecodePool, type DicomFilm } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredImage } from '#main/store/repositories/images.ts'

/** Pictures have no SOP class: they travel as secondary captures (`dicomForViewer`). */
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7'

/** A film as other systems know it. */
export interface FilmReference {
  sopInstanceUid: string
  /** Null when the film cannot be opened any more, and then `problem` says why. */
  sopClassUid: string | null
  seriesInstanceUid: string | null
  modality: string
  fileName: string
  view: string
  rows: number | null
  columns: number | null
  lossy: boolean
  /** What its header says of patient and study; null for pictures and films that cannot be opened. */
  header: DicomFilm | null
  problem: string | null
}

/** The films of a report: the predicted one first, then the key images, none twice. */
export async function filmReferences(store: Store, pool: DecodePool, report: Report, predicted: string | null): Promise<FilmReference[]> {
  const ids = new Set([...(predicted === null ? [] : [predicted]), ...report.keyImages.map(({ image }) => image)])
  return Promise.all([...ids].map((id) => referenceTo(store.images.get(id), pool)))
}

async function referenceTo(image: StoredImage, pool: DecodePool): Promise<FilmReference> {
  const { path, sopInstanceUid, fileName, view, rows, columns, lossy } = image
  const known = { sopInstanceUid: validUid(sopInstanceUid), fileName, view, rows, columns, lossy }
  try {
    if (path === null) throw new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.')
    const { metadata: header, uids } = await pool.run({ task: 'inspect', path, decode: false })
    return { ...known, sopClassUid: header?.sopClassUid ?? SECONDARY_CAPTURE, seriesInstanceUid: uids.seriesInstanceUid, modality: header?.modality ?? 'OT', header, problem: null }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { ...known, sopClassUid: null, seriesInstanceUid: null, modality: 'OT', header: null, problem: error.code }
  }
}

/** SOP Instance UID of an image. */
export const uidOf = (store: Store, image: string): string => validUid(store.images.get(image).sopInstanceUid)

/** The name itself where it is a UID (PS3.5 section 9.1), else one derived from it: rows of a data set have names of their own. */
export function validUid(name: string): string {
  return name.length <= 64 && /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(name) ? name : derivedUid(name)
}
