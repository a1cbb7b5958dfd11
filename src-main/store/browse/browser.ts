import type { DatasetFacets, FacetCount, ImageSort } from '#shared/domain/dataset.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { PARTS } from '../repositories/splits.ts'
import { allBits, countBits, countBoth, intersect, rowsOf } from './bits.ts'
import type { Bits } from './bits.ts'
import { editedBits, readAs } from './columns.ts'
import type { CodedName, Coded, Columns } from './columns.ts'
import { conditionsOf } from './conditions.ts'
import type { Condition, Sources, StoredFilter } from './conditions.ts'
import { Recent } from './recent.ts'

/** Bitmaps of single conditions, and lists of rows, that are kept: next pages and facets of a filter cost nothing more. */
const KEPT = { conditions: 24, orders: 4 }

/** Filters, counts and sorts the rows of one state of a data set. */
export class Browser {
  readonly columns: Columns
  readonly #sources: Sources
  readonly #found = new Recent<Bits>(KEPT.conditions)
  readonly #orders = new Recent<Uint32Array>(KEPT.orders)
  #ages: DatasetFacets['age'] | null = null
  #edited: Bits | null = null

  constructor(sources: Sources) {
    this.columns = sources.columns
    this.#sources = sources
  }

  meeting(filter: StoredFilter): Bits {
    return this.#meeting(conditionsOf(filter, this.#sources))
  }

  count(filter: StoredFilter): number {
    return countBits(this.meeting(filter))
  }

  /** Rows that meet a filter, in the order asked for; `descending` is the exact reverse. */
  rows(filter: StoredFilter, sort: ImageSort, descending: boolean, offset: number, limit: number): { total: number; rows: number[] } {
    const conditions = conditionsOf(filter, this.#sources)
    const key = [sort, ...conditions.map((condition) => condition.key)].join('\n')
    const order = this.#orders.get(key, () => this.#sorted(this.#meeting(conditions), sort))
    const total = order.length
    const page = descending ? order.slice(Math.max(0, total - offset - limit), Math.max(0, total - offset)).reverse() : order.subarray(offset, offset + limit)
    return { total, rows: [...page] }
  }

  /** All rows that meet a filter, in the order of the set. */
  matching(filter: StoredFilter): Uint32Array {
    return rowsOf(this.meeting(filter))
  }

  /** How many images each further choice would leave: a facet is counted under all conditions but its own. */
  facets(filter: StoredFilter): DatasetFacets {
    const conditions = conditionsOf(filter, this.#sources)
    const all = this.#meeting(conditions)
    const without = (group: string): Bits => (conditions.some((condition) => condition.group === group) ? this.#meeting(conditions.filter((condition) => condition.group !== group)) : all)
    const { labels } = readAs(this.columns, filter.reading)
    const coded = (name: CodedName): FacetCount[] => countsOf(this.columns.coded[name], without(name))
    return {
      total: countBits(all),
      labels: LABELS.map((label, i) => {
        const among = without(label)
        const [positive, negative, uncertain] = (['positive', 'negative', 'uncertain'] as const).map((value) => countBoth(among, labels[value][i]!)) as [number, number, number]
        return { label, positive, negative, uncertain, blank: countBits(among) - positive - negative - uncertain }
      }),
      sex: coded('sex'),
      view: coded('view'),
      source: coded('source'),
      problem: coded('problem'),
      edited: countBoth(without('edited'), (this.#edited ??= editedBits(this.columns))),
      part: this.#parts(filter.split, without('part')),
      age: (this.#ages ??= range(this.columns.coded.age)),
    }
  }

  #parts(split: number | undefined, among: Bits): DatasetFacets['part'] {
    const counts = new Map<unknown, number>()
    if (split === undefined) for (const { value, images } of countsOf(this.columns.coded.part, among)) counts.set(value, images)
    else {
      const parts = this.#sources.parts(split)
      const byPart = tally(parts, 256, among)
      PARTS.forEach((part, i) => counts.set(part, byPart[i]!))
    }
    return { train: counts.get('train') ?? 0, val: counts.get('val') ?? 0, test: counts.get('test') ?? 0 }
  }

  #meeting(conditions: readonly Condition[]): Bits {
    return conditions.map(({ key, find }) => this.#found.get(key, find)).reduce(intersect, allBits(this.columns.rows))
  }

  #sorted(bits: Bits, sort: ImageSort): Uint32Array {
    const rows = rowsOf(bits)
    return sort === 'row' ? rows : byCode(rows, this.columns.coded[sort])
  }
}

/** A counting sort: by code, and rows of one code in their order. */
function byCode(rows: Uint32Array, { codes, values }: Coded): Uint32Array {
  const starts = new Uint32Array((values.length || maximum(codes) + 1) + 1)
  for (const row of rows) starts[codes[row]! + 1]!++
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!
  const sorted = new Uint32Array(rows.length)
  for (const row of rows) sorted[starts[codes[row]!]!++] = row
  return sorted
}

function maximum(codes: Coded['codes']): number {
  let most = 0
  for (let row = 0; row < codes.length; row++) most = Math.max(most, codes[row]!)
  return most
}

function countsOf({ values, codes }: Coded, among: Bits): FacetCount[] {
  const counts = tally(codes, values.length, among)
  return values.map((value, code) => ({ value: value === null ? '' : String(value), images: counts[code]! }))
}

function tally(codes: Coded['codes'] | Uint8Array, values: number, among: Bits): Uint32Array {
  const counts = new Uint32Array(values)
  for (let i = 0; i < among.length; i++) {
    const first = i << 5
    for (let word = among[i]!; word !== 0; word &= word - 1) counts[codes[first + 31 - Math.clz32(word & -word)]!]!++
  }
  return counts
}

function range({ values }: Coded): DatasetFacets['age'] {
  const known = values.filter((value) => value !== null)
  return { min: (known[0] as number | undefined) ?? null, max: (known.at(-1) as number | undefined) ?? null }
}
