import type { Services } from '../index.ts'
import { bytes } from './index.ts'
import type { MediaRoute } from './index.ts'

/** The newest report of a study as a file to download. */
export const report: MediaRoute = {
  pattern: /^\/media\/report\/([^/]+)\.(pdf|csv)$/,
  async answer({ reports }: Services, [study = '', format = '']) {
    const newest = reports.ofStudy(study)
    const response = bytes(await reports.render(newest, format as 'pdf' | 'csv'), format === 'pdf' ? 'application/pdf' : 'text/csv; charset=utf-8', 0)
    response.headers.set('Content-Disposition', `attachment; filename="report-${newest.study}-v${newest.version}.${format}"`)
    return response
  },
}
