import { basename } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import type { ListLabels, Mapping, Vocabulary } from '#shared/domain/sources.ts'
import { CodedError } from '#shared/errors.ts'
import type { Table } from '../tables/csv.ts'
import { labelColumns } from './labelColumns.ts'
import { cellOf, columnOf, filmName, placeOf, wholeRow } from './layout.ts'
import type { LabelTable } from './layout.ts'
import { ageOf, partOf, sexOf, viewOf } from './values.ts'
import { WordReader, wordsOf } from './words.ts'

/** Names of the columns that a mapping speaks of. */
export function columnsOf({ labels, ...columns }: Mapping): string[] {
  const own = Object.values(columns).filter((name) => name !== undefined && name !== '')
  return [...own, ...(labels.kind === 'list' ? [labels.column] : Object.values(labels.columns))]
}

export const fits = (table: Table, mapping: Mapping): boolean => columnsOf(mapping).every((name) => columnOf(table, name) !== null)

/** @throws BAD_MAPPING for one that gives no film a label */
export function checkMapping({ labels }: Mapping): void {
  const some = labels.kind === 'columns' ? Object.keys(labels.columns).length : Object.values(labels.words).flat().length
  if (!some) throw new CodedError('BAD_MAPPING', 'The mapping gives no film a label.', { remedy: 'Name a column for at least one label, or give one of the words a label.' })
}

/** Any table, by a mapping of its columns. @throws MISSING_COLUMN */
export function mapped(table: Table, mapping: Mapping): LabelTable {
  const missing = columnsOf(mapping).filter((name) => columnOf(table, name) === null)
  if (missing.length) {
    throw new CodedError('MISSING_COLUMN', `${basename(table.path)} has no column ${missing.map((name) => `"${name}"`).join(', ')}, which the mapping names.`, {
      file: table.path,
      row: 1,
      remedy: `Its columns are ${table.header.map((name) => `"${name}"`).join(', ')}.`,
    })
  }
  const column = (name: string | undefined): ((cells: readonly string[]) => string) => (name ? cellOf(table, name) : () => '')
  const [file, folder, patient, study] = [column(mapping.file), column(mapping.folder), column(mapping.patient), column(mapping.study)]
  const [view, sex, age, split] = [column(mapping.view), column(mapping.sex), column(mapping.age), column(mapping.split)]
  const labels = labelsBy(table, mapping)
  return {
    table,
    format: 'mapped',
    scattered: true,
    vocabulary: null,
    unmapped: labels.unmapped,
    read(record) {
      const { row } = record
      const cells = wholeRow(table, record)
      const path = filmName(table, row, [folder(cells), file(cells)].filter(Boolean).join('/'))
      const place = placeOf(path)
      const person = patient(cells) || (mapping.patient ? basename(path) : place.patient)
      const visit = study(cells) ? `${person}/${study(cells)}` : mapping.patient ? `${person}/${basename(path)}` : place.study
      return { row, path, sex: sexOf(sex(cells)), age: ageOf(age(cells)), view: viewOf(view(cells)), part: partOf(split(cells)), labels: labels.read(cells, row, path), patient: person, study: visit }
    },
  }
}

function labelsBy(table: Table, { labels }: Mapping): Pick<LabelTable, 'unmapped'> & Pick<ReturnType<typeof labelColumns>, 'read'> {
  if (labels.kind === 'columns') {
    const columns = labelColumns(table, labels.columns)
    return { unmapped: new Map(), read: columns.read }
  }
  const cell = cellOf(table, labels.column)
  const words = new WordReader(vocabularyIn(labels))
  return { unmapped: words.unmapped, read: (cells, row, film) => words.read(wordsOf(cell(cells), labels.separator), row, film) }
}

function vocabularyIn({ words, denies }: ListLabels): Vocabulary {
  const meant = new Set(Object.values(words).flat())
  return { name: '', source: '', words, excludes: [], denies: denies ? LABELS.filter((label) => meant.has(label)) : [] }
}
