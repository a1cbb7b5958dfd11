import { resolve } from 'node:path'
import { command, usageError } from './command.ts'

export const datasetDecisions = command({
  name: 'dataset decisions',
  summary: 'What readers accepted, rejected and left uncertain, as labels: a CSV in the columns of CheXpert (--csv), a data set to train on (--as)',
  usage: '[--csv FILE] [--as NAME]',
  arguments: [0, 0],
  options: { csv: { type: 'string' }, as: { type: 'string' } },
  async run(_none, { csv, as }, context) {
    if (as !== undefined && !as.trim()) throw usageError('--as needs a name.')
    const { decisions } = context.services()
    const file = csv === undefined ? null : resolve(csv)
    const films = file === null ? null : await decisions.write(file)
    const dataset = as === undefined ? null : decisions.toDataset(as.trim())
    const counts = decisions.counts()
    const said = [
      `${counts.labels} labels decided on, in ${counts.studies} studies`,
      file !== null && `${films} films written to ${file}`,
      dataset && `data set "${dataset.name}" of ${dataset.images} films, ${dataset.patients} patients`,
    ]
    return { json: { ...counts, ...(file !== null && { file, films }), ...(dataset && { dataset }) }, text: said.filter(Boolean).join('\n') }
  },
})
