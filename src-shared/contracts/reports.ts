import { z } from 'zod'
import { request } from './define.ts'
import { LABELS } from '../domain/labels.ts'
import { MOST_CONTOURS } from '../overlay/contours.ts'
import type { Report } from '../domain/report.ts'

const id = z.string().min(1).max(80)
const finding = z.object({ label: z.enum(LABELS), decision: z.enum(['accepted', 'rejected', 'uncertain', 'undecided']), note: z.string().max(2000).default('') })

export const reportsContract = {
  'reports.list': request<(Report & { patientName: string; patientId: string; studyDate: string; description: string })[]>()(z.object({})),
  /** The newest report of a study; made from its newest prediction when there is none. */
  'reports.ofStudy': request<Report>()(z.object({ study: id })),
  'reports.save': request<Report>()(
    z.object({
      study: id,
      findings: z.array(finding).max(14),
      text: z.string().max(20_000),
      impression: z.string().max(20_000),
      keyImages: z.array(z.object({ image: id, label: z.enum(LABELS).nullable(), contours: z.array(z.enum(LABELS)).max(MOST_CONTOURS).optional() })).max(12),
    }),
  ),
  /** Lock the newest version under a name; what is not saved yet is not signed. */
  'reports.sign': request<Report>()(z.object({ study: id, by: z.string().trim().min(1).max(64) })),
  /** A new version that begins as the signed one. */
  'reports.addendum': request<Report>()(z.object({ study: id })),
  /** The newest report of each study in each format, into a folder that the user chose. */
  'reports.exportBatch': request<{ job: string }>()(z.object({ studies: z.array(id).min(1).max(10_000), formats: z.array(z.enum(['pdf', 'csv', 'json', 'sr', 'sc', 'fhir'])).min(1), out: z.string().min(1).max(4096) })),
  /**
   * Make the file. Electron asks where to save and answers the path (null when cancelled);
   * the web host answers a `/media/report/...` address that the page downloads.
   */
  'reports.export': request<{ path?: string; url?: string } | null>()(z.object({ study: id, format: z.enum(['pdf', 'csv', 'json', 'sr', 'sc', 'fhir']) })),
}
