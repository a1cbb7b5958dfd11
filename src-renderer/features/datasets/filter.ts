import type { ImageFilter } from '../../../src-shared/domain/dataset.ts'
import type { Label } from '../../../src-shared/domain/labels.ts'
import { strings as l } from './labels/strings.ts'
import { strings as t } from './strings.ts'

export type { ImageFilter }
export type LabelValue = ImageFilter['labels'][number]['value']

export const NO_FILTER: ImageFilter = { search: '', labels: [] }

/** A label has one value at a time: another value takes the place of the first, the same one again takes it away. */
export function toggleLabel(filter: ImageFilter, label: Label, value: LabelValue): ImageFilter {
  const had = filter.labels.some((entry) => entry.label === label && entry.value === value)
  const others = filter.labels.filter((entry) => entry.label !== label)
  return { ...filter, labels: had ? others : [...others, { label, value }] }
}

/** Images that carry every one of these labels. */
export const carrying = (labels: readonly Label[]): ImageFilter => ({ search: '', labels: [...new Set(labels)].map((label) => ({ label, value: 'positive' })) })

export interface FilterChip {
  key: string
  text: string
  /** The filter with this condition taken away. */
  without: ImageFilter
}

/** What is asked for, one chip a condition. The split alone asks for nothing: it only says which parts are shown. */
export function filterChips(filter: ImageFilter): FilterChip[] {
  const { labels, sex, view, source, problem, ageFrom, ageTo, part, search, edited, reading } = filter
  const chips: FilterChip[] = labels.map(({ label, value }) => ({ key: `label-${label}`, text: t.labelIs(label, t.values[value]), without: { ...filter, labels: labels.filter((entry) => entry.label !== label) } }))
  if (sex !== undefined) chips.push({ key: 'sex', text: `${t.sex}: ${sex || t.unknown}`, without: { ...filter, sex: undefined } })
  if (ageFrom !== undefined || ageTo !== undefined) chips.push({ key: 'age', text: t.ageRange(ageFrom, ageTo), without: { ...filter, ageFrom: undefined, ageTo: undefined } })
  if (view !== undefined) chips.push({ key: 'view', text: `${t.view}: ${view || t.unknown}`, without: { ...filter, view: undefined } })
  if (source !== undefined) chips.push({ key: 'source', text: `${t.source}: ${source || t.unknown}`, without: { ...filter, source: undefined } })
  if (problem !== undefined) chips.push({ key: 'problem', text: `${t.problem}: ${problemName(problem)}`, without: { ...filter, problem: undefined } })
  if (part) chips.push({ key: 'part', text: `${t.part}: ${t.parts[part]}`, without: { ...filter, part: undefined } })
  if (edited !== undefined) chips.push({ key: 'edited', text: edited ? l.onlyEdited : l.notEdited, without: { ...filter, edited: undefined } })
  if (reading === 'raw') chips.push({ key: 'reading', text: l.readingChip, without: { ...filter, reading: undefined } })
  if (search.trim()) chips.push({ key: 'search', text: t.nameHas(search.trim()), without: { ...filter, search: '' } })
  return chips
}

/** What is wrong with a film, in words. */
export const problemName = (code: string): string => (code === '' ? t.noProblem : code === '*' ? t.anyProblem : (t.problems[code] ?? code))

/** What is kept of a filter under a name: spaces at the ends of the search say nothing. */
export const savable = (filter: ImageFilter): ImageFilter => ({ ...filter, search: filter.search.trim() })
