import { LABELS } from '#shared/domain/labels.ts'
import type { RawLabel } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import type { LabelFile, LabelRecord } from './labelFile.ts'

/** What a row of a label file says, checked. */
export interface ChexpertRow {
  row: number
  /** As spelt, with forward slashes. */
  path: string
  /** `Male`, `Female`, `Unknown` or empty. */
  sex: string
  age: number | null
  /** `Frontal AP`, `Lateral`, or empty. */
  view: string
  labels: RawLabel[]
  /** `patient00001`; a film that no folder names so is a patient of its own. */
  patient: string
  /** Path of the study within the set, which names it. */
  study: string
}

const RAW = new Map<string, RawLabel>([['', null], ['1.0', 1], ['0.0', 0], ['-1.0', -1], ['1', 1], ['0', 0], ['-1', -1], ['nan', null], ['NaN', null]])

/** @throws BAD_ROW, BAD_LABEL naming the column */
export function readRow(file: LabelFile, { row, cells }: LabelRecord): ChexpertRow {
  const path = (cells[file.pathColumn] ?? '').replaceAll('\\', '/').replace(/^\.\//, '')
  if (!cells.length) throw new CodedError('BAD_ROW', `Row ${row} has a quote that does not end.`, { file: file.path, row })
  if (cells.length !== file.width) throw new CodedError('BAD_ROW', `Row ${row} has ${cells.length} cells, the header ${file.width}.`, { file: path || file.path, row })
  if (!path) throw new CodedError('BAD_ROW', `Row ${row} names no film.`, { file: file.path, row })
  const labels = file.labelColumns.map((column, i) => {
    const raw = RAW.get(cells[column]!)
    if (raw === undefined) throw new CodedError('BAD_LABEL', `Row ${row} says ${JSON.stringify(cells[column]!.slice(0, 20))} for ${LABELS[i]}; a label is 1, 0, -1 or blank.`, { file: path, row })
    return raw
  })
  const cell = (column: number | null): string => (column === null ? '' : cells[column]!)
  const age = cell(file.age) === '' ? NaN : Number(cell(file.age))
  return {
    row,
    path,
    sex: cell(file.sex),
    age: Number.isFinite(age) ? age : null,
    view: [cell(file.side), cell(file.projection)].filter(Boolean).join(' '),
    labels,
    ...placeOf(path),
  }
}

/** `<set>/train/patient00001/study1/view1_frontal.jpg`: patient and study are the folders of these names, else the two above the film. */
function placeOf(path: string): { patient: string; study: string } {
  const folders = path.split('/').slice(0, -1)
  const named = folders.findLastIndex((folder) => /^patient/i.test(folder))
  if (named >= 0) return { patient: folders[named]!, study: folders.slice(0, named + 2).join('/') }
  if (folders.length >= 2) return { patient: folders.at(-2)!, study: folders.join('/') }
  const own = path.replace(/\.[^./]*$/, '')
  return { patient: own, study: own }
}
