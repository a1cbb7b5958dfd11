import { resolve } from 'node:path'
import { command, usageError } from './command.ts'

export const report = command({
  name: 'report',
  summary: 'Write the newest report of a study (id or StudyInstanceUID), made from its newest prediction when there is none',
  usage: 'STUDY --pdf FILE|--csv FILE',
  arguments: [1, 1],
  options: { pdf: { type: 'string' }, csv: { type: 'string' } },
  async run([study = ''], values, context) {
    const formats = (['pdf', 'csv'] as const).filter((format) => values[format] !== undefined)
    if (!formats.length) throw usageError('report needs --pdf FILE or --csv FILE.')
    const { reports } = context.services()
    const written: Partial<Record<'pdf' | 'csv', string>> = {}
    let version = 0
    let of = study
    for (const format of formats) {
      const path = resolve(values[format]!)
      const report = await reports.write(study, format, path)
      written[format] = path
      version = report.version
      of = report.study
    }
    return { json: { study: of, version, ...written }, text: Object.values(written).map((path) => `${path} (version ${version})`).join('\n') }
  },
})
