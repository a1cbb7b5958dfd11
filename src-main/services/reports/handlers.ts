import type { HandlersOf } from '#shared/contracts/define.ts'
import type { reportsContract } from '#shared/contracts/reports.ts'
import type { Services } from '../index.ts'

export function reportsHandlers({ reports, reportExports }: Pick<Services, 'reports' | 'reportExports'>): HandlersOf<typeof reportsContract> {
  return {
    'reports.list': () => reports.list(),
    'reports.ofStudy': ({ study }) => reports.ofStudy(study),
    'reports.save': (edit) => reports.save(edit),
    'reports.sign': ({ study, by }) => reports.sign(study, by),
    'reports.addendum': ({ study }) => reports.addendum(study),
    'reports.exportBatch': (request) => ({ job: reportExports.start(request).id }),
    'reports.export': ({ study, format }) => reports.export(study, format),
  }
}
