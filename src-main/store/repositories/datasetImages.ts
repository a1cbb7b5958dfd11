import { basename } from 'node:path'
import type { DatasetFacets, DatasetImage, ImageSort, PatientFilm, SplitPart } from '#shared/domain/dataset.ts'
import type { LabelReading } from '#shared/domain/labelEdits.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { RawLabel } from '#shared/domain/labels.ts'
import type { Bits } from '../browse/bits.ts'
import type { Columns } from '../browse/columns.ts'
import type { StoredFilter } from '../browse/conditions.ts'
import { BrowseIndexes } from '../browse/index.ts'
import type { Db } from '../connection.ts'
import { requireKey, toId, unknown } from '../ids.ts'
import { LABEL_COLUMNS } from '../labelColumns.ts'
import { EDITED_MASKS, EDITS_JOIN, SOURCE_MASKS, labelsOf, valueOf } from '../labelMasks.ts'
import type { Masks } from '../labelMasks.ts'
import type { Steps } from '../steps.ts'
import { PARTS } from './splits.ts'
import type { SplitsRepository } from './splits.ts'

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

export interface DatasetImageQuery {
  dataset: number
  filter: StoredFilter
  sort: ImageSort
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

type Row = Masks & { rawPositive: number; rawNegative: number; rawUncertain: number; edited: number } & { key: number; row: number; image: number; study: number; path: string; patient: string; sex: string; age: number | null; view: string; part: SplitPart | null }
type FilmRow = Row & { name: string; date: string }

const ROW = `d.key, d.row, d.image, s.study, d.path, d.patient, d.sex, d.age, d.view, d.part, ${EDITED_MASKS}, ${SOURCE_MASKS}, coalesce(e.edited, 0) AS edited`
const JOINS = `JOIN labels l ON l.key = d.key ${EDITS_JOIN} JOIN images i ON i.key = d.image JOIN series s ON s.key = i.series`

export class DatasetImagesRepository {
  readonly #db
  readonly #splits
  readonly #indexes
  readonly #find
  readonly #insert
  readonly #insertLabels
  readonly #nextRow
  readonly #page
  readonly #ofPatient
  readonly #place
  readonly #studies

  constructor(db: Db, splits: SplitsRepository) {
    this.#db = db
    this.#splits = splits
    this.#indexes = new BrowseIndexes(db, (split) => splits.partsOf(split))
    this.#find = db.prepare<[number, string], KnownRow>('SELECT key, row, image FROM dataset_images WHERE dataset = ? AND path = ?')
    this.#insert = db.prepare('INSERT INTO dataset_images (dataset, row, image, path, part, patient, sex, age, view) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#insertLabels = db.prepare(`INSERT INTO labels (key, dataset, ${LABEL_COLUMNS.join(', ')}) VALUES (?, ?${', ?'.repeat(LABELS.length)})`)
    this.#nextRow = db.prepare<[number], number>('SELECT coalesce(max(row) + 1, 0) FROM dataset_images WHERE dataset = ?').pluck()
    this.#page = db.prepare<[string], Row>(`SELECT ${ROW} FROM json_each(?) j JOIN dataset_images d ON d.key = j.value ${JOINS} ORDER BY j.key`)
    this.#studies = db
      .prepare<[number, number], [row: number, study: number]>('SELECT d.row, s.study FROM dataset_images d JOIN images i ON i.key = d.image JOIN series s ON s.key = i.series WHERE d.dataset = ? AND d.row >= ? ORDER BY d.row LIMIT 8192')
      .raw()
    this.#place = db.prepare<[number], { dataset: number; patient: string }>('SELECT dataset, patient FROM dataset_images WHERE key = ?')
    this.#ofPatient = db.prepare<{ dataset: number; patient: string }, FilmRow>(`
      SELECT ${ROW}, st.description AS name, st.date FROM dataset_images d ${JOINS} JOIN studies st ON st.key = s.study
      WHERE d.dataset = @dataset AND d.patient = @patient ORDER BY st.date, st.description, d.row`)
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
    return this.#indexes.of(dataset).count(filter)
  }

  /** One page and how many there are; rows are found in the columns of the set, and only the page's are read in full. */
  page({ dataset, filter, sort, descending, offset, limit }: DatasetImageQuery): { total: number; rows: DatasetImage[] } {
    const browser = this.#indexes.of(dataset)
    const { total, rows } = browser.rows(filter, sort, descending, offset, limit)
    return { total, rows: this.read(rows.map((row) => browser.columns.keys[row]!), filter) }
  }

  /** Rows by their keys. @param split whose parts are told; without one those of the set's own files */
  read(keys: readonly number[], { split, reading }: Pick<StoredFilter, 'split' | 'reading'> = {}): DatasetImage[] {
    const part = this.#partOf(split)
    return this.#page.all(JSON.stringify(keys)).map((row) => toDatasetImage(row, part(row), reading))
  }

  #partOf(split: number | undefined): (row: Row) => SplitPart | null {
    if (split === undefined) return ({ part }) => part
    const parts = this.#splits.partsOf(split)
    return ({ row }) => PARTS[parts[row]!] ?? null
  }

  /** The films of the patient of a row, by study. @param id of the row. @throws NOT_FOUND */
  ofPatient(id: string, { split, reading }: Pick<StoredFilter, 'split' | 'reading'> = {}): { patient: string; films: PatientFilm[] } {
    const place = this.#place.get(requireKey('di', id)) ?? unknown('di', id)
    const part = this.#partOf(split)
    return { patient: place.patient, films: this.#ofPatient.all(place).map((row) => ({ ...toDatasetImage(row, part(row), reading), studyName: row.name, date: row.date })) }
  }

  list(query: DatasetImageQuery): DatasetImage[] {
    return this.page(query).rows
  }

  facets(dataset: number, filter: StoredFilter): DatasetFacets {
    return this.#indexes.of(dataset).facets(filter)
  }

  /** The columns of all rows, from which every count of the set follows. */
  columns(dataset: number): Columns {
    return this.#indexes.of(dataset).columns
  }

  /** Rows that meet a filter, a bit each in the order of the set. */
  matchingBits(dataset: number, filter: StoredFilter): Bits {
    return this.#indexes.of(dataset).meeting(filter)
  }

  /** Keys of the rows that meet a filter, in the order of the set. */
  matching(dataset: number, filter: StoredFilter): Uint32Array {
    const browser = this.#indexes.of(dataset)
    return browser.matching(filter).map((row) => browser.columns.keys[row]!)
  }

  /** Make the set ready to be browsed, a bit at a time. */
  prepare(dataset: number, breathe: () => Promise<void>): Promise<void> {
    return this.#indexes.prepare(dataset, breathe)
  }

  /** Rows of the set are about to go. */
  forget(dataset: number): void {
    this.#indexes.forget(dataset)
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

  /** Key of the study of each of the first `count` rows, in the order of the set, some thousands at a time. */
  *studies(dataset: number, count: number): Steps<Uint32Array<ArrayBuffer>> {
    const studies = new Uint32Array(count)
    for (let at = 0, next = 0; at < count; ) {
      const batch = this.#studies.all(dataset, next)
      if (!batch.length) break
      for (const [row, study] of batch) {
        if (at < count) studies[at++] = study
        next = row + 1
      }
      yield
    }
    return studies
  }
}

function toDatasetImage(row: Row, part: SplitPart | null, reading: LabelReading = 'edited'): DatasetImage {
  const { key, image, study, path, patient, sex, age, view, edited } = row
  const source: Masks = { positive: row.rawPositive, negative: row.rawNegative, uncertain: row.rawUncertain }
  const edits: [string, { raw: RawLabel; value: RawLabel }][] = LABELS.flatMap((label, i) => ((edited >> i) & 1 ? [[label, { raw: valueOf(source, i), value: valueOf(row, i) }]] : []))
  const labels = labelsOf(reading === 'raw' ? source : row)
  return { id: toId('di', key), image: toId('im', image), study: toId('st', study), fileName: basename(path), patient, sex, age, view, part, labels, ...(edits.length && { edits: Object.fromEntries(edits) }) }
}
