import { command, oneOf } from './command.ts'
import { table } from './table.ts'

/** Of the labels, in their order, as the paper's Table 2 heads its columns. */
const SHORT = ['At', 'Ca', 'Co', 'Ed', 'EC', 'Fr', 'LL', 'LO', 'NF', 'PE', 'PO', 'Pa', 'Px', 'SD']

export const datasetStats = command({
  name: 'dataset stats',
  summary: 'Count labels and the pairs in which they come',
  usage: 'N [--uncertain zeros|ones|ignore]',
  arguments: [1, 1],
  options: { uncertain: { type: 'string', default: 'zeros' } },
  async run([dataset = ''], values, context) {
    const stats = context.services().datasets.stats(dataset, oneOf('uncertain', values.uncertain, ['zeros', 'ones', 'ignore']))
    const { images, patients, labelled, positives, cooccurrence } = stats
    const share = (count: number, of: number): string => (of ? String(Math.round((100 * count) / of)) : '')
    const rows = cooccurrence.labels.map((label, i) => [label, positives[label], share(positives[label], labelled), ...cooccurrence.counts[i]!.map((count) => share(count, positives[label]))])
    return {
      json: stats,
      text: `${images} images of ${patients} patients, ${labelled} with a positive label\n\n${table(['per cent of the row', 'positive', 'all', ...SHORT], rows)}`,
    }
  },
})
