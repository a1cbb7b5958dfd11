import { LABELS } from '#shared/domain/labels.ts'
import type { Label, RawLabel } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { Table } from '../tables/csv.ts'
import { columnOf } from './layout.ts'
import { rawLabel } from './values.ts'

/** MIMIC-CXR's first release spells this label so. */
const OTHER_SPELLINGS: Partial<Record<Label, string>> = { 'Lung Opacity': 'Airspace Opacity' }

/** Labels that have a column each. */
export interface LabelColumns {
  missing: Label[]
  /** Labels without a column are not mentioned. @throws BAD_LABEL */
  read(cells: readonly string[], row: number, film: string): RawLabel[]
}

/** @param names of the columns; Airspace Opacity serves where Lung Opacity is missing */
export function labelColumns(table: Table, names: Partial<Record<Label, string>>): LabelColumns {
  const columns = LABELS.map((label) => {
    const name = names[label]
    if (name === undefined) return null
    return columnOf(table, name, OTHER_SPELLINGS[label] ?? name)
  })
  return {
    missing: LABELS.filter((label, i) => names[label] !== undefined && columns[i] === null),
    read: (cells, row, film) =>
      columns.map((column, i) => {
        if (column === null) return null
        const raw = rawLabel(cells[column]!)
        if (raw === undefined) {
          throw new CodedError('BAD_LABEL', `Row ${row} says ${JSON.stringify(cells[column]!.slice(0, 20))} for ${LABELS[i]}; a label is 1, 0, -1 or blank.`, { file: film, row })
        }
        return raw
      }),
  }
}
