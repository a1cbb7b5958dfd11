import { basename } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { Table } from '../tables/csv.ts'
import { cellOf, columnOf, filmName, placeOf, wholeRow } from './layout.ts'
import type { LabelTable } from './layout.ts'
import { labelColumns } from './labelColumns.ts'
import { partOfFile } from './values.ts'

/** Whether a table speaks of our labels at all; other tables in a data set's folder are none of our business. */
export const speaksOfLabels = ({ header }: Table): boolean => header.some((name) => (LABELS as readonly string[]).includes(name))

const NAMES = Object.fromEntries(LABELS.map((label) => [label, label]))

/** Columns that the layout needs and the table lacks. */
export const missingIn = (table: Table): string[] => [...(columnOf(table, 'Path') === null ? ['Path'] : []), ...labelColumns(table, NAMES).missing]

/**
 * CheXpert, small and full (Irvin et al., 2019), and what is laid out as it: a row a film, a column a label, patient and study by folder.
 * @throws MISSING_COLUMN naming every column that is missing
 */
export function chexpert(table: Table): LabelTable {
  const path = columnOf(table, 'Path')
  const labels = labelColumns(table, NAMES)
  const missing = missingIn(table)
  if (missing.length || path === null) {
    throw new CodedError('MISSING_COLUMN', `${basename(table.path)} has no column ${missing.map((name) => `"${name}"`).join(', ')}.`, {
      file: table.path,
      row: 1,
      remedy: 'Add the column (blank cells mean "not mentioned"), or say which columns hold what, and import again.',
    })
  }
  const [sex, age, side, projection] = [cellOf(table, 'Sex'), cellOf(table, 'Age'), cellOf(table, 'Frontal/Lateral', 'view'), cellOf(table, 'AP/PA')]
  const part = partOfFile(basename(table.path))
  return {
    table,
    format: 'chexpert',
    scattered: false,
    vocabulary: null,
    unmapped: new Map(),
    read(record) {
      const { row } = record
      const named = record.cells[path] ?? ''
      const cells = wholeRow(table, record, named)
      const film = filmName(table, row, named)
      const years = age(cells) === '' ? NaN : Number(age(cells))
      return {
        row,
        path: film,
        sex: sex(cells),
        age: Number.isFinite(years) ? years : null,
        view: [side(cells), projection(cells)].filter(Boolean).join(' '),
        part,
        labels: labels.read(cells, row, film),
        ...placeOf(film),
      }
    },
  }
}
