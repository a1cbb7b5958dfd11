import type { HandlersOf } from '#shared/contracts/define.ts'
import type { reportsContract } from '#shared/contracts/reports.ts'
import type { Services } from '../index.ts'

export function reportsHandlers({ reports }: Pick<Services, 'reports'>): HandlersOf<typeof reportsContract> {
  return {
    'reports.list': () => reports.list(),
    'reports.ofStudy': ({ study }) => reports.ofStudy(study),
    'reports.save': (edit) => reports.save(edit),
    'reports.export': ({ study, format }) => reports.export(study, format),
  }
}
