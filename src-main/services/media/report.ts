import { REPORT_FORMATS, type ReportFormat } from '#shared/domain/report.ts'
import type { Services } from '../index.ts'
import { fileName } from '../reports/reports.ts'
import { bytes } from './index.ts'
import type { MediaRoute } from './index.ts'

const TYPES: Record<ReportFormat, string> = {
  pdf: 'application/pdf',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  sr: 'application/dicom',
  sc: 'application/dicom',
  fhir: 'application/fhir+json',
}

/** The newest report of a study as a file to download. */
export const report: MediaRoute = {
  pattern: new RegExp(`^/media/report/([^/]+)\\.(${Object.keys(REPORT_FORMATS).join('|')})$`),
  async answer({ reports }: Services, [study = '', as = '']) {
    const newest = reports.ofStudy(study)
    const format = as as ReportFormat
    const response = bytes(await reports.render(newest, format), TYPES[format], 0)
    response.headers.set('Content-Disposition', `attachment; filename="${fileName(newest, format)}"`)
    return response
  },
}
