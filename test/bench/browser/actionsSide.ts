/** Child of the benchmark: a fresh process over the stored library does what a user of the browser does; one line of JSON. */
import type { ImageFilter } from '#shared/domain/dataset.ts'
import { LABELS, PAPER_POLICY } from '#shared/domain/labels.ts'
import { openLibrary, peak } from './library.ts'
import { NAME } from './publicSet.ts'

export interface Action {
  name: string
  /** Milliseconds of each time. */
  times: number[]
  /** The same of CPU: on shared cores what the action itself costs. */
  cpu: number[]
}

const [, , data = '', rounds = '9'] = process.argv
const services = openLibrary(data)
const { datasets } = services
const actions = new Map<string, Action>()

function act<T>(name: string, does: () => T): T {
  const action = actions.get(name) ?? { name, times: [], cpu: [] }
  actions.set(name, action)
  const [began, used] = [performance.now(), process.cpuUsage()]
  const answer = does()
  const { user, system } = process.cpuUsage(used)
  action.times.push(performance.now() - began)
  action.cpu.push((user + system) / 1000)
  return answer
}

/** Work in steps: what counts is for how long it lets nobody else work. */
async function longestStep<T>(name: string, does: () => Promise<T>): Promise<T> {
  const longest = { time: 0, cpu: 0 }
  let [last, used, over] = [performance.now(), process.cpuUsage(), false]
  const look = (): void => {
    const { user, system } = process.cpuUsage(used)
    longest.time = Math.max(longest.time, performance.now() - last)
    longest.cpu = Math.max(longest.cpu, (user + system) / 1000)
    ;[last, used] = [performance.now(), process.cpuUsage()]
    if (!over) setImmediate(look)
  }
  setImmediate(look)
  const answer = await does()
  over = true
  look()
  actions.set(name, { name, times: [longest.time], cpu: [longest.cpu] })
  return answer
}

const NONE: ImageFilter = { search: '', labels: [] }
const PAGE = { filter: NONE, sort: 'row' as const, descending: false, offset: 0, limit: 200 }
const page = (query: Partial<Parameters<typeof datasets.images>[1]>) => datasets.images(NAME, { ...PAGE, ...query })

act('list of data sets', () => datasets.list())
const { total } = act('first page of a fresh process', () => page({}))
act('first facets of a fresh process', () => datasets.facets(NAME, NONE))
const { id: split } = await longestStep('split by patient (made once), longest step', () => datasets.split(NAME, { by: 'patient', seed: 42, ratios: [80, 10, 10], policy: PAPER_POLICY }))
const patients = datasets.images(NAME, { ...PAGE, limit: 500, offset: 100_000 }).rows

// Every round asks for something else, so that no answer is one that was kept.
for (let round = 0; round < Number(rounds); round++) {
  const label = LABELS[round % LABELS.length]!
  const other = LABELS[(round + 5) % LABELS.length]!
  const positive: ImageFilter = { search: '', labels: [{ label, value: 'positive' }] }
  const many: ImageFilter = { ...positive, labels: [...positive.labels, { label: other, value: 'blank' }], sex: round % 2 ? 'Male' : 'Female', ageFrom: 20 + round, ageTo: 70 + round, view: 'Frontal AP', split, part: 'train' }
  const offset = Math.floor((total - 200) * ((round * 0.37) % 1))
  act('list of data sets', () => datasets.list())
  act('a page anywhere', () => page({ offset }))
  act('the last page', () => page({ offset: total - 200 + round }))
  for (const sort of ['patient', 'age', 'sex', 'view'] as const) act(`sort by ${sort}, first page`, () => page({ sort, filter: { ...NONE, ageFrom: round } }))
  act('sorted by age downwards, a page anywhere', () => page({ sort: 'age', descending: true, offset }))
  for (const value of ['positive', 'negative', 'uncertain', 'blank'] as const) act(`filter: a label ${value}`, () => page({ filter: { search: '', labels: [{ label, value }] } }))
  act('filter: sex', () => page({ filter: { ...NONE, sex: round % 2 ? 'Male' : 'Female' } }))
  act('filter: age', () => page({ filter: { ...NONE, ageFrom: 30 + round, ageTo: 50 + round } }))
  act('filter: view', () => page({ filter: { ...NONE, view: round % 2 ? 'Lateral' : 'Frontal AP' } }))
  act('filter: source', () => page({ filter: { ...NONE, source: round % 2 ? 'PadChest' : 'CheXpert-v1.0-small' } }))
  act('filter: problem', () => page({ filter: { ...NONE, problem: round % 2 ? '*' : '' } }))
  act('filter: part of a split', () => page({ filter: { ...NONE, split, part: (['train', 'val', 'test'] as const)[round % 3]! } }))
  act('filter: six conditions, sorted by patient', () => page({ filter: many, sort: 'patient' }))
  act('search: a patient', () => page({ filter: { ...NONE, search: `patient${String(10_000 + 977 * round).slice(0, 5)}` } }))
  act('search: in most paths', () => page({ filter: { ...NONE, search: `e${round}` } }))
  act('search: two words', () => page({ filter: { ...NONE, search: `study${round} view1` } }))
  act('facets of all', () => datasets.facets(NAME, NONE))
  act('facets under a label', () => datasets.facets(NAME, positive))
  act('facets under six conditions', () => datasets.facets(NAME, { ...many, ageFrom: 21 + round }))
  act('facets under a search', () => datasets.facets(NAME, { ...NONE, search: `view${round % 3}_` }))
  act('label counts', () => datasets.labelCounts(NAME))
  act('co-occurrence', () => datasets.cooccurrence(NAME, { ...PAPER_POLICY, uncertain: round % 2 ? 'ones' : 'zeros' }))
  act('co-occurrence cell: its images', () => page({ filter: { search: '', labels: [{ label, value: 'positive' }, { label: other, value: 'positive' }] } }))
  act('effect of a policy', () => datasets.policyEffect(NAME, { ...PAPER_POLICY, blank: round % 2 ? 'ignore' : 'zeros' }))
  act('films of a patient', () => datasets.patient(patients[round * 7]!.id, { split }))
}
process.stdout.write(`${JSON.stringify({ actions: [...actions.values()], peak: peak() })}\n`)
await services.close()
