/** Where a study came from: opened by the user, a row of a data set, or the samples that ship with the app. */
export type Origin = 'opened' | 'dataset' | 'sample'

export type StudyStatus = 'new' | 'predicted' | 'reviewed' | 'reported'

export interface StudyRow {
  id: string
  studyInstanceUid: string
  patientId: string
  /** As in the file (PN, caret-separated); format with `displayName`. */
  patientName: string
  sex: 'M' | 'F' | 'O' | null
  /** Years. */
  age: number | null
  /** DA (YYYYMMDD) or empty. */
  date: string
  modality: string
  description: string
  images: number
  status: StudyStatus
  origin: Origin
  /** First image, for the thumbnail. */
  coverImage: string | null
  /** Labels over their threshold by the newest prediction, most probable first. */
  findings: { label: string; probability: number }[]
}

export interface ImageRow {
  id: string
  study: string
  series: string
  seriesDescription: string
  sopInstanceUid: string
  /** Base name of the file; the path stays with the main process. */
  fileName: string
  kind: 'dicom' | 'jpeg' | 'png' | 'tiff'
  rows: number | null
  columns: number | null
  frames: number
  view: string
  laterality: string
  lossy: boolean
  transferSyntax: string
  /** Set when the file could not be opened the last time it was tried. */
  problem: { code: string; message: string } | null
}

export interface StudyDetail extends StudyRow {
  imagesOf: ImageRow[]
  /** Other studies of the same patient, newest first. */
  priors: StudyRow[]
}

export interface DicomTag {
  /** `(0010,0020)`; nested items carry their path. */
  tag: string
  vr: string
  keyword: string
  value: string
  depth: number
}

/** `SAMPLE^ONE^^Dr` -> `Dr SAMPLE, ONE`-free short form: `SAMPLE, ONE`. */
export function displayName(pn: string): string {
  const [family = '', given = '', middle = ''] = (pn.split('=')[0] ?? '').split('^')
  return [family, [given, middle].filter(Boolean).join(' ')].filter(Boolean).join(', ')
}
