import type { Router } from 'vue-router'
import { displayName } from '../../src-shared/domain/study.ts'
import { call } from '../bridge/index.ts'
import { ageSex, dicomDate } from '../ui/format.ts'
import type { IconName } from '../ui/icons.ts'
import { ACTION_IDS, ACTIONS, isBound, runAction } from './actions.ts'
import { strings as t } from './strings.ts'

export interface Entry {
  id: string
  group: string
  icon: IconName
  title: string
  detail: string
  keys?: string
  run(): void
}

const EACH = 6
const has = (text: string, query: string): boolean => query.toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word))

export function commandEntries(query: string, keys: (id: (typeof ACTION_IDS)[number]) => string): Entry[] {
  return ACTION_IDS.filter((id) => id !== 'app.palette' && isBound(id) && has(`${ACTIONS[id].group} ${ACTIONS[id].title}`, query)).map((id) => ({
    id,
    group: t.commands,
    icon: 'chevronRight',
    title: ACTIONS[id].title,
    detail: '',
    keys: keys(id),
    run: () => runAction(id),
  }))
}

/** Studies, data sets and runs whose name holds the words typed. */
export async function placeEntries(query: string, router: Router): Promise<Entry[]> {
  const [studies, datasets, runs] = await Promise.all([call('studies.list', { search: query, origin: 'all', limit: EACH }), call('datasets.list', {}), call('runs.list', {})])
  const to = (name: string, id: string) => () => void router.push({ name, params: { id } })
  return [
    ...studies.rows.map((study): Entry => ({
      id: `study-${study.id}`,
      group: t.studies,
      icon: 'studies',
      title: displayName(study.patientName) || study.patientId,
      detail: [ageSex(study.age, study.sex), dicomDate(study.date), study.description].filter(Boolean).join(' · '),
      run: to('viewer', study.id),
    })),
    ...datasets.filter(({ name }) => has(name, query)).slice(0, EACH).map((set): Entry => ({ id: `dataset-${set.id}`, group: t.datasets, icon: 'datasets', title: set.name, detail: `${set.images.toLocaleString('en')} images`, run: to('datasets', set.id) })),
    ...runs.filter(({ name }) => has(name, query)).slice(0, EACH).map((run): Entry => ({ id: `run-${run.id}`, group: t.runs, icon: 'training', title: run.name, detail: `${run.datasetName} · ${run.state}`, run: to('training', run.id) })),
  ]
}
