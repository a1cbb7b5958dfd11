import type { Report, ReportFormat } from '#shared/domain/report.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import { resource } from '../app.ts'
import { reportSc } from './dicom/report-sc.ts'
import { reportSr } from './dicom/report-sr.ts'
import { gatherContent } from './gather.ts'
import { keyImages } from './key-images.ts'
import { reportCsv } from './report-csv.ts'
import { reportFhir } from './report-fhir.ts'
import { reportJson } from './report-json.ts'

type Renderer = (store: Store, pool: DecodePool, report: Report) => Promise<Uint8Array>

const RENDERERS: Record<ReportFormat, Renderer> = {
  async pdf(store, pool, report) {
    const prediction = report.prediction === null ? null : store.predictions.get(report.prediction)
    const content = { ...(await gatherContent(store, pool, report)), keyImages: await keyImages(store, pool, report, prediction) }
    const { reportPdf } = await import('./pdf/report-pdf.ts')
    return reportPdf(content, { unicode: resource('fonts', 'DejaVuSans.ttf'), eastAsian: resource('fonts', 'XclassifierCJK.ttf') })
  },
  csv: async (...of) => Buffer.from(reportCsv(await gatherContent(...of))),
  sr: async (...of) => reportSr(await gatherContent(...of)),
  sc: async (...of) => reportSc(...of, await gatherContent(...of)),
  fhir: async (...of) => Buffer.from(reportFhir(await gatherContent(...of))),
  json: async (...of) => Buffer.from(reportJson(await gatherContent(...of))),
}

/** The bytes of a report's file. */
export function render(store: Store, pool: DecodePool, report: Report, format: ReportFormat): Promise<Uint8Array> {
  return RENDERERS[format](store, pool, report)
}
