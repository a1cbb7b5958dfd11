import { isAeTitle, type Peer } from '#main/dicom/network/index.ts'
import { CodedError } from '#shared/errors.ts'
import { command, oneOf, usageError } from './command.ts'
import { resultOf } from './progress.ts'

export const send = command({
  name: 'send',
  summary: 'Send the films of studies (id or StudyInstanceUID), or their reports, to another system (DICOM C-STORE)',
  usage: 'STUDY... --to AET@HOST:PORT [--report sr,sc] [--no-films]',
  arguments: [1, Infinity],
  options: { to: { type: 'string' }, report: { type: 'string' }, 'no-films': { type: 'boolean', default: false } },
  async run(studies, values, context) {
    const to = peerOf(values.to)
    const reports = (values.report?.split(',') ?? []).map((format) => oneOf('report', format, ['sr', 'sc']))
    const films = !values['no-films']
    if (!films && !reports.length) throw usageError('--no-films needs --report.')
    const { network, jobs } = context.services()
    const job = network.sendTo(to, to.aeTitle, { studies, films, reports })
    const { sent, failed } = await resultOf(context, job.id)
    const skipped = jobs.skipped(job.id)
    if (!sent && skipped[0]) throw new CodedError(skipped[0].code, skipped[0].message, { file: skipped[0].path })
    return { json: { to: to.aeTitle, sent, failed, skipped }, text: `${sent} sent to ${to.aeTitle}, ${failed} failed` }
  },
})

/** `PACS@host:104`, with brackets around an IPv6 address. @throws USAGE */
function peerOf(value: string | undefined): Peer {
  const [, aeTitle = '', bracketed, plain = '', port = ''] = /^(.+)@(?:\[([0-9a-f:]+)\]|([^\s:@]+)):(\d{1,5})$/i.exec(value ?? '') ?? []
  const number = Number(port)
  if (!isAeTitle(aeTitle) || number < 1 || number > 65_535) throw usageError('send needs --to AET@HOST:PORT, as in --to PACS@10.0.0.5:104.')
  return { aeTitle, host: bracketed ?? plain, port: number }
}
