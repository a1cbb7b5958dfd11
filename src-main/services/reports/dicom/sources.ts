import { CodedError } from '#shared/errors.ts'
import { derivedUid, type PatientAndStudy } from '#main/dicom/index.ts'
import type { ReportContent } from '../content.ts'
import { validUid, type FilmReference } from '../film-references.ts'

/** A film that a DICOM object can refer to. */
export type ReadableFilm = FilmReference & { sopClassUid: string; seriesInstanceUid: string }

/** @throws CodedError REPORT_NEEDS_FILM when not one of the report's films can be opened */
export function readableFilms({ films }: ReportContent): ReadableFilm[] {
  const readable = films.filter((film): film is ReadableFilm => film.sopClassUid !== null && film.seriesInstanceUid !== null)
  if (readable.length) return readable
  const [first] = films
  throw new CodedError('REPORT_NEEDS_FILM', 'A DICOM object refers to the films of its report, and none of them can be opened.', {
    ...(first && { file: first.fileName }),
    remedy: 'Put the film back where it was, or choose a key image that can be opened.',
  })
}

/** Patient and study as the films say them, so that archives file the new object with them; without a header as the library knows them. */
export function identityOf({ patient, study, films }: ReportContent): PatientAndStudy {
  const header = films.find((film) => film.header)?.header
  if (header) {
    const { patientId, patientName, birthDate, sex, age, studyDate, studyTime, accessionNumber, studyDescription } = header
    return { patientId, patientName, birthDate, sex, age, studyDate, studyTime, accessionNumber, studyDescription, studyInstanceUid: header.studyInstanceUid ?? validUid(study.uid) }
  }
  return { studyInstanceUid: validUid(study.uid), patientId: patient.id, patientName: patient.name, sex: patient.sex, studyDate: study.date, studyDescription: study.description }
}

/** One series of each kind in a study; each export is an object of its own, since it says when it was made. */
export function uidsOf(content: ReportContent, kind: 'sr' | 'sc'): { seriesInstanceUid: string; sopInstanceUid: string } {
  const { study, report, provenance } = content
  return {
    seriesInstanceUid: derivedUid(`xclassifier ${kind} series ${study.uid}`),
    sopInstanceUid: derivedUid(`xclassifier ${kind} ${study.uid} ${report.id} ${report.version} ${provenance.exportedAt}`),
  }
}
