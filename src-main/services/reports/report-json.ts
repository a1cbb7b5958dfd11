import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'
import { isoDate, isPositive, type ReportContent } from './content.ts'

/** Raised when a field changes its meaning or goes; new fields leave it. */
const FORMAT_VERSION = 1

/** All that the report says, for programs: JSON in UTF-8 with a line break at its end. */
export function reportJson(content: ReportContent): string {
  const { report, patient, study, model, prediction, provenance } = content
  const { version, createdAt, updatedAt, signedBy, signedAt, addendumTo, text, impression } = report
  const whole = {
    format: 'xclassifier-report',
    formatVersion: FORMAT_VERSION,
    notice: NOT_FOR_DIAGNOSTIC_USE,
    report: { version, createdAt, updatedAt, signedBy, signedAt, addendumTo, text, impression },
    patient,
    study: { ...study, date: isoDate(study.date) },
    model,
    prediction,
    findings: content.findings.map((row) => ({ ...row, overThreshold: row.probability === null || row.threshold === null ? null : isPositive(row) })),
    films: content.films.map(({ header: _header, ...film }) => film),
    keyImages: content.keyImages,
    provenance,
  }
  return `${JSON.stringify(whole, null, 2)}\n`
}
