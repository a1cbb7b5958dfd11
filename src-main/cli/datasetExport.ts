import { resolve } from 'node:path'
import { command, usageError } from './command.ts'

export const datasetExport = command({
  name: 'dataset export',
  summary: 'Write the rows of a data set as a label file in CheXpert layout',
  usage: 'N --csv FILE [--split ID]',
  details: 'Raw values as the source gave them; then patient, study and part: of the split named, else of the set\'s own files. What comes out can be imported again.',
  arguments: [1, 1],
  options: { csv: { type: 'string' }, split: { type: 'string' } },
  async run([dataset = ''], { csv, split }, context) {
    if (!csv) throw usageError('dataset export needs --csv FILE.')
    const file = resolve(csv)
    const { datasets } = context.services()
    const { id, name, images } = datasets.get(dataset)
    await datasets.writeCsv(id, { search: '', labels: [], split }, file)
    return { json: { dataset: id, name, images, csv: file }, text: `${file}: ${images} rows of ${name}` }
  },
})
