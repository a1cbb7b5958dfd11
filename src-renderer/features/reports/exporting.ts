import { REPORT_FORMATS, type ReportFormat } from '../../../src-shared/domain/report.ts'
import { call } from '../../bridge/index.ts'
import { attempt, toast } from '../../ui/index.ts'
import { strings as t } from './strings.ts'

/** Electron asks where to save and answers the path; the web host answers an address that the browser downloads. */
export async function exportReport(study: string, format: ReportFormat): Promise<void> {
  await attempt(async () => {
    const made = await call('reports.export', { study, format })
    if (made?.path) toast({ tone: 'success', title: t.exported(made.path) })
    if (!made?.url) return
    const link = document.createElement('a')
    link.href = made.url
    link.download = `report-${study}.${REPORT_FORMATS[format]}`
    link.click()
    toast({ tone: 'success', title: t.downloading })
  })
}
