import type { Table } from '../tables/csv.ts'
import { cellOf, filmName, has, wholeRow } from './layout.ts'
import type { LabelTable } from './layout.ts'
import { ageOf, sexOf, viewOf } from './values.ts'
import { WordReader, vocabularyOf, wordsOf } from './words.ts'

export const isPadchest = (table: Table): boolean => has(table, 'ImageID', 'PatientID', 'Labels')

/** PadChest (Bustos et al., 2020): 16-bit PNG in numbered folders, labels as a list that Python printed, the year of birth for an age. */
export function padchest(table: Table): LabelTable {
  const vocabulary = vocabularyOf('padchest')
  const words = new WordReader(vocabulary)
  const [image, folder, labels] = [cellOf(table, 'ImageID'), cellOf(table, 'ImageDir'), cellOf(table, 'Labels')]
  const [patient, study, sex] = [cellOf(table, 'PatientID'), cellOf(table, 'StudyID'), cellOf(table, 'PatientSex_DICOM')]
  const [birth, date, projection] = [cellOf(table, 'PatientBirth'), cellOf(table, 'StudyDate_DICOM'), cellOf(table, 'Projection')]
  const yearsBetween = (from: string, to: string): string => (from && to ? String(Number(to.slice(0, 4)) - Number.parseInt(from, 10)) : '')
  return {
    table,
    format: 'padchest',
    scattered: true,
    vocabulary,
    unmapped: words.unmapped,
    read(record) {
      const { row } = record
      const cells = wholeRow(table, record)
      const name = filmName(table, row, image(cells))
      const path = folder(cells) ? `${Number.parseInt(folder(cells), 10)}/${name}` : name
      return {
        row,
        path,
        sex: sexOf(sex(cells)),
        age: ageOf(yearsBetween(birth(cells), date(cells))),
        view: viewOf(projection(cells)),
        part: null,
        labels: words.read(wordsOf(labels(cells), ','), row, path),
        patient: patient(cells) || study(cells) || name,
        study: `${patient(cells)}/${study(cells)}`,
      }
    },
  }
}
