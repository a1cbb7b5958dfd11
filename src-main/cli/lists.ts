import { displayName } from '#shared/domain/study.ts'
import { publicModel } from '#main/store/repositories/models.ts'
import { publicRun } from '#main/store/repositories/runs.ts'
import { command, numberOf, oneOf } from './command.ts'
import { table } from './table.ts'

export const datasetList = command({
  name: 'dataset list',
  summary: 'List the data sets',
  usage: '',
  arguments: [0, 0],
  options: {},
  async run(_args, _values, context) {
    const datasets = context.services().datasets.list()
    const rows = datasets.map(({ id, name, images, patients, labelled, skipped, hasFiles }) => [id, name, images, patients, labelled, skipped, hasFiles ? '' : 'labels only'])
    return { json: { datasets }, text: table(['id', 'name', 'images', 'patients', 'labelled', 'skipped', ''], rows) }
  },
})

export const runsList = command({
  name: 'runs',
  summary: 'List the training runs',
  usage: '',
  arguments: [0, 0],
  options: {},
  async run(_args, _values, context) {
    const runs = context.services().store.runs.list().map(publicRun)
    const rows = runs.map(({ id, name, datasetName, state, epoch, config, best, model }) => [id, name, datasetName, state, `${epoch}/${config.epochs}`, best?.auc?.toFixed(3) ?? '', model])
    return { json: { runs }, text: table(['id', 'name', 'data set', 'state', 'epoch', 'best AUC', 'model'], rows) }
  },
})

export const modelsList = command({
  name: 'models',
  summary: 'List the models',
  usage: '',
  arguments: [0, 0],
  options: {},
  async run(_args, _values, context) {
    const models = context.services().store.models.list().map(publicModel)
    const rows = models.map(({ id, name, version, architecture, size, auc, isDefault }) => [id, name, version, architecture, size, auc?.toFixed(3) ?? '', isDefault ? 'default' : ''])
    return { json: { models }, text: table(['id', 'name', 'version', 'architecture', 'size', 'AUC', ''], rows) }
  },
})

export const studiesList = command({
  name: 'studies',
  summary: 'List the studies, newest first',
  usage: '[--search WORDS] [--origin library|dataset|all] [--limit 100]',
  arguments: [0, 0],
  options: { search: { type: 'string', default: '' }, origin: { type: 'string', default: 'library' }, limit: { type: 'string', default: '100' } },
  async run(_args, values, context) {
    const { total, rows: studies } = context.services().studies.list({
      search: values.search,
      origin: oneOf('origin', values.origin, ['library', 'dataset', 'all']),
      limit: numberOf('limit', values.limit, { min: 1, max: 1_000_000, integer: true }),
      ...{ sort: 'date' as const, descending: true, offset: 0 },
    })
    const rows = studies.map(({ id, patientId, patientName, date, modality, description, images, status }) => [id, patientId, displayName(patientName), date, modality, description, images, status])
    return { json: { total, studies }, text: `${table(['id', 'patient', 'name', 'date', 'modality', 'description', 'images', 'status'], rows)}\n${studies.length} of ${total}` }
  },
})
