import { resolve } from 'node:path'
import { command, usageError } from './command.ts'
import { policyIn } from './policy.ts'
import { table } from './table.ts'

export const datasetLabels = command({
  name: 'dataset labels',
  summary: 'Count the labels of a data set and what a policy makes of them; write what a run would learn from (--csv)',
  usage: 'N [--policy FILE [--save]] [--raw] [--csv FILE]',
  details:
    'FILE is JSON: {"uncertain": "zeros", "blank": "zeros", "dropWithoutPositive": true, "labels": {"Edema": {"uncertain": "ones"}}}; values are zeros, ones, ignore. Without --policy the policy that was saved for the set, else the paper\'s. --save keeps it for the set. --raw counts labels as the source says them, without what people changed.',
  arguments: [1, 1],
  options: { policy: { type: 'string' }, save: { type: 'boolean' }, raw: { type: 'boolean' }, csv: { type: 'string' } },
  async run([name = ''], values, context) {
    if (values.save && values.policy === undefined) throw usageError('--save needs --policy FILE.')
    const asked = values.policy === undefined ? null : await policyIn(resolve(values.policy))
    const { datasets, labels, store } = context.services()
    const dataset = datasets.get(name)
    const before = labels.policy(dataset.id)
    const policy = asked ?? before
    const effect = datasets.policyEffect(dataset.id, policy, before)
    const counts = datasets.labelCounts(dataset.id, values.raw ? 'raw' : 'edited')
    const edited = store.labels.edited(store.datasets.key(dataset.id))
    if (values.save) labels.setPolicy(dataset.id, policy)
    const csv = values.csv === undefined ? null : resolve(values.csv)
    if (csv !== null) await datasets.writeCsv(dataset.id, { search: '', labels: [] }, csv, policy)
    const rows = counts.map(({ label, positive, negative, uncertain, blank }) => {
      const { positive: ones, negative: zeros, ignored } = effect.becomes[label]
      return [label, positive, negative, uncertain, blank, ones, zeros, ignored, effect.changed[label], effect.since!.changed[label]]
    })
    const said = [
      `${dataset.name}: ${dataset.images} rows; ${effect.kept} stay, ${effect.dropped} are dropped; the policy decides a label in ${effect.rows}`,
      asked && `against the policy ${values.save ? 'before' : 'of the set'}: ${effect.since!.rows} rows change, ${effect.since!.kept} stayed`,
      edited.cells > 0 && `${edited.cells} labels of ${edited.images} images are edited by hand`,
      '',
      table([values.raw ? 'source' : 'label', 'positive', 'negative', 'uncertain', 'blank', 'as 1', 'as 0', 'not counted', 'decided', 'changed'], rows),
      values.save && 'The policy is saved with the data set.',
      csv !== null && `${csv}: ${effect.kept} rows`,
    ]
    return {
      json: { dataset: dataset.id, name: dataset.name, images: dataset.images, edited, counts, policy, effect, saved: values.save === true, ...(csv !== null && { csv }) },
      text: said.filter((line) => typeof line === 'string').join('\n'),
    }
  },
})
