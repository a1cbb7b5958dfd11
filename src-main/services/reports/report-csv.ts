import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'
import { isoDate, isPositive, type FindingRow, type ReportContent } from './content.ts'

type Cell = string | number | boolean | null

/**
 * One cell after RFC 4180. Text that a spreadsheet would run as a formula (it begins with = + - @, tab or CR, also behind
 * spaces) gets a leading apostrophe: OWASP, "CSV Injection". Numbers are ours and stay numbers.
 */
export function csvCell(value: Cell): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const safe = /^\s*[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",;\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function columnsOf({ patient, study, report, provenance, model, prediction }: ReportContent, row: FindingRow): Record<string, Cell> {
  return {
    patient_id: patient.id,
    study_instance_uid: study.uid,
    study_date: isoDate(study.date),
    report_version: report.version,
    signed_by: report.signedBy,
    signed_at: report.signedAt,
    label: row.label,
    probability: row.probability,
    calibrated: row.calibrated,
    threshold: row.threshold,
    over_threshold: row.threshold === null || row.probability === null ? null : isPositive(row),
    decision: row.decision,
    note: row.note,
    predicted_anyway: prediction?.gate.join(' ') ?? null,
    model: provenance.model,
    model_version: model?.version ?? null,
    weights_sha256: provenance.weightsHash,
    dataset: provenance.dataset,
    split: provenance.split,
    policy: provenance.policy,
    app: provenance.app,
    app_version: provenance.version,
    exported_at: provenance.exportedAt,
    notice: NOT_FOR_DIAGNOSTIC_USE,
  }
}

/** One row per finding with its provenance; UTF-8 with a byte order mark, so that spreadsheets read names right. */
export function reportCsv(content: ReportContent): string {
  const rows = content.findings.map((row) => columnsOf(content, row))
  const names = Object.keys(rows[0] ?? {})
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? null))]
  return '\ufeff' + lines.map((line) => line.map(csvCell).join(',') + '\r\n').join('')
}
