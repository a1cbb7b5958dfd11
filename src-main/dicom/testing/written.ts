import type { FilmToWrite } from '../write/film.ts'

const FILM: Omit<FilmToWrite, 'object' | 'pixels'> = {
  studyInstanceUid: '2.25.11',
  seriesInstanceUid: '2.25.12',
  sopInstanceUid: '2.25.13',
  rows: 40,
  columns: 32,
  bitsStored: 12,
  photometric: 'MONOCHROME1',
  windows: [{ center: 1800.5, width: 2200, explanation: 'WIDE' }],
  patientId: 'W-1',
  patientName: 'MÜLLER^ÄNNE',
  birthDate: '19600312',
  sex: 'F',
  age: '055Y',
  studyDate: '20150914',
  studyTime: '091500',
  studyDescription: 'Thorax p.a.',
  viewPosition: 'PA',
  bodyPart: 'CHEST',
}

/** The film of test/fixtures/dicom/written-*.dcm, with what each information object may carry. */
export function writtenFilm(object: FilmToWrite['object'], pixels: Uint16Array): FilmToWrite {
  return {
    ...FILM,
    object,
    pixels,
    ...(object !== 'SC' && { imagerPixelSpacing: [0.143, 0.144] }),
    ...(object !== 'DX' && { rescaleSlope: 2, rescaleIntercept: -1000 }),
  }
}
