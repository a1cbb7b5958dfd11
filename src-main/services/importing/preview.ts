import { dirname } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import type { Mapping, MappingPreview, SourceTable } from '#shared/domain/sources.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import { findTables } from './gather.ts'
import { missingIn } from './layouts/chexpert.ts'
import { guessMapping } from './layouts/guess.ts'
import { cellOf } from './layouts/layout.ts'
import type { SetRow } from './layouts/layout.ts'
import { mapped } from './layouts/mapped.ts'
import { formatOf } from './layouts/recognise.ts'
import { vocabularyOf, wordsOf } from './layouts/words.ts'
import type { Mappings } from './mappings.ts'
import { FileResolver } from './sets/resolve.ts'
import { readTable, recordsOf } from './tables/csv.ts'
import type { Table, TableRecord } from './tables/csv.ts'

const SAMPLE = 20
/** Rows read through a mapping before it is used: enough to meet nearly every word. */
const PREVIEWED = 5000
const SHOWN = 8
const PROBLEMS = 50
const FILMS = 20

/** The tables below these paths: what each is, and what its columns seem to hold. */
export async function sourceTables(paths: readonly string[], mappings: Mappings): Promise<SourceTable[]> {
  const { tables } = await findTables(paths, true, () => null, () => undefined, true)
  return Promise.all([...tables.values()].flat().map((table) => sourceTable(table, mappings)))
}

async function sourceTable(table: Table, mappings: Mappings): Promise<SourceTable> {
  const seems = formatOf(table, () => null)
  // Some of our labels and no more: the user can say what the other columns are.
  const format = seems === 'chexpert' && missingIn(table).length ? null : seems
  const sample = (await firstRecords(table, SAMPLE)).map(({ cells }) => cells)
  const known = mappings.recall(table)
  const mapping = known ?? (format ? null : guessMapping(table, sample))
  const vocabulary = format === 'nih' || format === 'padchest' ? vocabularyOf(format) : null
  return { path: table.path, format: known ? 'mapped' : format, columns: table.header, sample: sample.slice(0, SHOWN), vocabulary, mapping, remembered: known !== null }
}

async function firstRecords(table: Table, count: number): Promise<TableRecord[]> {
  for await (const records of recordsOf(table, count)) return records
  return []
}

/**
 * The first rows of a table as a mapping reads them, and whether their films are there.
 * @throws CSV_UNREADABLE, MISSING_COLUMN
 */
export async function previewMapping(path: string, mapping: Mapping): Promise<MappingPreview> {
  const table = await readTable(path)
  if (!table) throw new CodedError('CSV_UNREADABLE', 'The table is empty.', { file: path })
  const { read } = mapped(table, mapping)
  const records = await firstRecords(table, PREVIEWED)
  const problems: MappingPreview['problems'] = []
  const rows: SetRow[] = []
  for (const record of records) {
    try {
      rows.push(read(record))
    } catch (error) {
      const { code, message } = toErrorShape(error)
      if (problems.length < PROBLEMS) problems.push({ row: record.row, code, message })
    }
  }
  return { rows: records.length, usable: rows.length, films: await filmsOf(table, rows.slice(0, FILMS)), problems, labels: countsOf(rows), words: wordCounts(table, mapping, records), first: rows.slice(0, SHOWN).map(shown) }
}

async function filmsOf({ path }: Table, rows: readonly SetRow[]): Promise<MappingPreview['films']> {
  const resolver = new FileResolver(dirname(path), true)
  const missing: string[] = []
  for (const { path: film, row } of rows) if (!(await resolver.find(film, row).catch(() => null))) missing.push(film)
  return { looked: rows.length, found: rows.length - missing.length, missing: missing.slice(0, 5) }
}

const countsOf = (rows: readonly SetRow[]): MappingPreview['labels'] =>
  LABELS.map((label, i) => {
    const count = (raw: number): number => rows.filter(({ labels }) => labels[i] === raw).length
    return { label, positive: count(1), negative: count(0), uncertain: count(-1) }
  })

function wordCounts(table: Table, { labels }: Mapping, records: readonly TableRecord[]): MappingPreview['words'] {
  if (labels.kind !== 'list') return []
  const cell = cellOf(table, labels.column)
  const counts = new Map<string, number>()
  for (const { cells } of records) {
    for (const word of wordsOf(cell(cells) ?? '', labels.separator) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts].map(([word, rows]) => ({ word, rows })).sort((a, b) => b.rows - a.rows)
}

const shown = ({ labels, ...row }: SetRow): MappingPreview['first'][number] => ({ ...row, positive: LABELS.filter((_, i) => labels[i] === 1) })
