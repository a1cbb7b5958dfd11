import { resolve } from 'node:path'
import type { ReportFormat } from '#shared/domain/report.ts'
import { command, usageError } from './command.ts'

/** `--json` says how commands answer, so the file of that name is asked for by another. */
const OPTIONS = { pdf: 'pdf', csv: 'csv', 'json-file': 'json', sr: 'sr', sc: 'sc', fhir: 'fhir' } as const satisfies Record<string, ReportFormat>
type Option = keyof typeof OPTIONS
const options = Object.keys(OPTIONS) as Option[]

export const report = command({
  name: 'report',
  summary: 'Write the newest report of a study (id or StudyInstanceUID), made from its newest prediction when there is none',
  usage: `STUDY ${options.map((option) => `--${option} FILE`).join('|')}`,
  arguments: [1, 1],
  options: { pdf: { type: 'string' }, csv: { type: 'string' }, 'json-file': { type: 'string' }, sr: { type: 'string' }, sc: { type: 'string' }, fhir: { type: 'string' } },
  async run([study = ''], values, context) {
    const asked = options.filter((option) => values[option] !== undefined)
    if (!asked.length) throw usageError(`report needs ${options.map((option) => `--${option} FILE`).join(' or ')}.`)
    const { reports } = context.services()
    const written: Partial<Record<ReportFormat, string>> = {}
    let version = 0
    let of = study
    for (const option of asked) {
      const format = OPTIONS[option]
      const path = resolve(values[option]!)
      const report = await reports.write(study, format, path)
      written[format] = path
      version = report.version
      of = report.study
    }
    return { json: { study: of, version, ...written }, text: Object.values(written).map((path) => `${path} (version ${version})`).join('\n') }
  },
})
