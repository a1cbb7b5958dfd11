import { basename } from 'node:path'
import type { DatasetImage, SplitPart } from '#shared/domain/dataset.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Label, RawLabel } from '#shared/domain/labels.ts'
import type { Db } from '../connection.ts'
import { toId } from '../ids.ts'
import { LABEL_COLUMNS, bitOf } from '../labelColumns.ts'
import { PARTS } from './splits.ts'
import { like } from './studies.ts'

export interface NewDatasetImage {
  /** Key of the data set. */
  dataset: number
  row: number
  /** Key of the film. */
  image: number
  path: string
  part: SplitPart | null
  patient: string
  sex: string
  age: number | null
  view: string
  /** In the order of `LABELS`. */
  labels: readonly RawLabel[]
}

export interface DatasetImageFilter {
  search: string
  labels: { label: Label; value: 'positive' | 'negative' | 'uncertain' | 'blank' }[]
  sex?: string | undefined
  ageFrom?: number | undefined
  ageTo?: number | undefined
  view?: string | undefined
  /** Key. */
  split?: number | undefined
  part?: SplitPart | undefined
}

export interface DatasetImageQuery {
  dataset: number
  filter: DatasetImageFilter
  sort: 'row' | 'patient' | 'age' | 'sex' | 'view'
  descending: boolean
  offset: number
  limit: number
}

/** A row that is in the set. */
export interface KnownRow {
  key: number
  row: number
  /** Key of the film. */
  image: number
}

/** What the packer and the splitter need of each row, in the order of the set. */
export interface DatasetFile {
  /** Key of the data set row. */
  key: number
  row: number
  path: string | null
  named: string
}

type Row = Record<string, string | number | null> & { key: number; image: number; study: number; path: string; patient: string; sex: string; age: number | null; view: string; part: number | null }

export class DatasetImagesRepository {
  readonly #db
  readonly #find
  readonly #insert
  readonly #insertLabels
  readonly #nextRow
  readonly #page

  constructor(db: Db) {
    this.#db = db
    this.#find = db.prepare<[number, string], KnownRow>('SELECT key, row, image FROM dataset_images WHERE dataset = ? AND path = ?')
    this.#insert = db.prepare('INSERT INTO dataset_images (dataset, row, image, path, part, patient, sex, age, view) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#insertLabels = db.prepare(`INSERT INTO labels (key, dataset, ${LABEL_COLUMNS.join(', ')}) VALUES (?, ?${', ?'.repeat(LABELS.length)})`)
    this.#nextRow = db.prepare<[number], number>('SELECT coalesce(max(row) + 1, 0) FROM dataset_images WHERE dataset = ?').pluck()
    this.#page = db.prepare<{ split: number | null; keys: string }, Row>(`
      SELECT d.key, d.image, s.study, d.path, d.patient, d.sex, d.age, d.view, sp.part, ${LABEL_COLUMNS.map((column) => `l.${column}`).join(', ')}
      FROM json_each(@keys) j JOIN dataset_images d ON d.key = j.value JOIN labels l ON l.key = d.key
      JOIN images i ON i.key = d.image JOIN series s ON s.key = i.series
      LEFT JOIN split_parts sp ON sp.split = @split AND sp.image = d.key ORDER BY j.key`)
  }

  /** By the path that the label file gives its film. */
  find(dataset: number, path: string): KnownRow | undefined {
    return this.#find.get(dataset, path)
  }

  insert(row: NewDatasetImage): void {
    const { dataset, image, path, part, patient, sex, age, view, labels } = row
    const key = this.#insert.run(dataset, row.row, image, path, part, patient, sex, age, view).lastInsertRowid
    this.#insertLabels.run(key, dataset, ...labels)
  }

  /** Place after the last row. */
  nextRow(dataset: number): number {
    return this.#nextRow.get(dataset) ?? 0
  }

  count({ dataset, filter }: Pick<DatasetImageQuery, 'dataset' | 'filter'>): number {
    const { from, where, values } = conditions(dataset, filter)
    return this.#db.prepare<unknown[], number>(`SELECT count(*) FROM ${from} WHERE ${where}`).pluck().get(...values) ?? 0
  }

  /** One page; keys are found by an index alone, and only the page's rows are read in full. */
  list(query: DatasetImageQuery): DatasetImage[] {
    const { from, where, values } = conditions(query.dataset, query.filter)
    const direction = query.descending ? 'DESC' : 'ASC'
    const order = query.sort === 'row' ? `d.row ${direction}` : `d.${query.sort} ${direction}, d.row ${direction}`
    const keys = this.#db
      .prepare<unknown[], number>(`SELECT d.key FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`)
      .pluck()
      .all(...values, query.limit, query.offset)
    return this.#page.all({ split: query.filter.split ?? null, keys: JSON.stringify(keys) }).map(toDatasetImage)
  }

  facets(dataset: number): { sex: Record<string, number>; view: Record<string, number>; ageMin: number | null; ageMax: number | null } {
    const counts = (column: 'sex' | 'view'): Record<string, number> =>
      Object.fromEntries(
        this.#db
          .prepare<[number], [string, number]>(`SELECT ${column}, count(*) FROM dataset_images WHERE dataset = ? GROUP BY ${column}`)
          .raw()
          .all(dataset),
      )
    const age = (end: 'min' | 'max'): number | null =>
      this.#db.prepare<[number], number | null>(`SELECT ${end}(age) FROM dataset_images WHERE dataset = ? AND age IS NOT NULL`).pluck().get(dataset) ?? null
    return { sex: counts('sex'), view: counts('view'), ageMin: age('min'), ageMax: age('max') }
  }

  /** Every row's film, in the order of the set. */
  files(dataset: number): DatasetFile[] {
    return this.#db
      .prepare<[number], DatasetFile>('SELECT d.key, d.row, i.path, d.path AS named FROM dataset_images d JOIN images i ON i.key = d.image WHERE d.dataset = ? ORDER BY d.row')
      .all(dataset)
  }

  /** Age and sex of every row, in the order of the set. */
  patients(dataset: number): { age: number | null; sex: string }[] {
    return this.#db.prepare<[number], { age: number | null; sex: string }>('SELECT age, sex FROM dataset_images WHERE dataset = ? ORDER BY row').all(dataset)
  }

  /** Ids of the films, in the order of the set. */
  images(dataset: number): string[] {
    return this.#db.prepare<[number], number>('SELECT image FROM dataset_images WHERE dataset = ? ORDER BY row').pluck().all(dataset).map((key) => toId('im', key))
  }

  /** Patient, study (keys) and the set's own part of every row, in its order: what a split is made from. */
  groups(dataset: number): { key: number; patient: string; study: number; part: SplitPart | null }[] {
    return this.#db
      .prepare<[number], { key: number; patient: string; study: number; part: SplitPart | null }>(`
        SELECT d.key, d.patient, s.study, d.part
        FROM dataset_images d JOIN images i ON i.key = d.image JOIN series s ON s.key = i.series WHERE d.dataset = ? ORDER BY d.row`)
      .all(dataset)
  }
}

function toDatasetImage(row: Row): DatasetImage {
  const { key, image, study, path, patient, sex, age, view, part } = row
  const labels = Object.fromEntries(LABELS.map((label, i) => [label, row[LABEL_COLUMNS[i]!]])) as Record<Label, RawLabel>
  return { id: toId('di', key), image: toId('im', image), study: toId('st', study), fileName: basename(path), patient, sex, age, view, part: part === null ? null : PARTS[part]!, labels }
}

function conditions(dataset: number, filter: DatasetImageFilter): { from: string; where: string; values: unknown[] } {
  const from = ['dataset_images d']
  const terms = ['d.dataset = ?']
  const values: unknown[] = [dataset]
  const add = (term: string, ...of: unknown[]): void => {
    terms.push(term)
    values.push(...of)
  }
  if (filter.labels.length) from.push('JOIN labels l ON l.key = d.key')
  for (const { label, value } of filter.labels) {
    if (value === 'blank') add('(l.positive | l.negative | l.uncertain) & ? = 0', bitOf(label))
    else add(`l.${value} & ? <> 0`, bitOf(label))
  }
  if (filter.sex !== undefined) add('d.sex = ?', filter.sex)
  if (filter.view !== undefined) add('d.view = ?', filter.view)
  if (filter.ageFrom !== undefined) add('d.age >= ?', filter.ageFrom)
  if (filter.ageTo !== undefined) add('d.age <= ?', filter.ageTo)
  for (const word of filter.search.split(/\s+/).filter(Boolean)) add("d.path LIKE ? ESCAPE '\\'", like(word))
  if (filter.part) {
    if (filter.split === undefined) add('d.part = ?', filter.part)
    else add('EXISTS (SELECT 1 FROM split_parts sp WHERE sp.split = ? AND sp.image = d.key AND sp.part = ?)', filter.split, PARTS.indexOf(filter.part))
  }
  return { from: from.join(' '), where: terms.join(' AND '), values }
}
