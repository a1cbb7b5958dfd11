import type { ImageFilter } from '#shared/domain/dataset.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { PARTS } from '../repositories/splits.ts'
import { allBits, emptyBits, setBit, subtract } from './bits.ts'
import type { Bits } from './bits.ts'
import { blankBits, editedBits, readAs } from './columns.ts'
import type { Coded, Columns } from './columns.ts'
import { search } from './texts.ts'

/** A filter for the store: the split by its key. */
export type StoredFilter = Omit<ImageFilter, 'split'> & { split?: number | undefined }

/** What the rows of a set are, besides their columns. */
export interface Sources {
  columns: Columns
  /** Part of every row: 0 train, 1 val, 2 test, 255 none. */
  parts(split: number): Uint8Array
  texts(): Iterable<Buffer>
}

/** One of the things that a filter asks for. Those of one group are about the same facet, which is counted without them. */
export interface Condition {
  group: string
  key: string
  find(): Bits
}

/** Any problem, whichever. */
export const ANY_PROBLEM = '*'

export function conditionsOf(filter: StoredFilter, sources: Sources): Condition[] {
  const { columns } = sources
  const { coded } = columns
  const read = readAs(columns, filter.reading)
  const list: Condition[] = filter.labels.map(({ label, value }) => {
    const i = LABELS.indexOf(label)
    return { group: label, key: `${filter.reading ?? 'edited'} ${label} ${value}`, find: () => (value === 'blank' ? blankBits(read, i) : read.labels[value][i]!) }
  })
  if (filter.edited !== undefined) list.push({ group: 'edited', key: `edited ${filter.edited}`, find: () => (filter.edited ? editedBits(columns) : subtract(allBits(columns.rows), editedBits(columns))) })
  const where = (group: string, column: Coded, key: string, holds: (value: Coded['values'][number]) => boolean): void => {
    list.push({ group, key: `${group} ${key}`, find: () => matching(column, columns.rows, holds) })
  }
  for (const name of ['sex', 'view', 'source'] as const) {
    const wanted = filter[name]
    if (wanted !== undefined) where(name, coded[name], wanted, (value) => value === wanted)
  }
  const { problem, ageFrom = -Infinity, ageTo = Infinity } = filter
  if (problem !== undefined) where('problem', coded.problem, problem, (value) => (problem === ANY_PROBLEM ? value !== '' : value === problem))
  if (ageFrom > -Infinity || ageTo < Infinity) where('age', coded.age, `${ageFrom} ${ageTo}`, (age) => typeof age === 'number' && age >= ageFrom && age <= ageTo)
  const { part, split } = filter
  if (part && split === undefined) where('part', coded.part, part, (value) => value === part)
  else if (part) list.push({ group: 'part', key: `part ${split} ${part}`, find: () => inPart(sources.parts(split!), PARTS.indexOf(part), columns.rows) })
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length) list.push({ group: 'search', key: `search ${words.join(' ')}`, find: () => search(words, columns.rows, sources.texts()) })
  return list
}

function matching({ values, codes }: Coded, rows: number, holds: (value: Coded['values'][number]) => boolean): Bits {
  const wanted = Uint8Array.from(values, (value) => Number(holds(value)))
  const found = emptyBits(rows)
  for (let row = 0; row < rows; row++) if (wanted[codes[row]!]) setBit(found, row)
  return found
}

function inPart(parts: Uint8Array, part: number, rows: number): Bits {
  const found = emptyBits(rows)
  for (let row = 0; row < rows; row++) if (parts[row] === part) setBit(found, row)
  return found
}
