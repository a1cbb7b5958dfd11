import type { SplitPart } from '#shared/domain/dataset.ts'
import type { RawLabel } from '#shared/domain/labels.ts'
import type { SetFormat, Vocabulary } from '#shared/domain/sources.ts'
import { CodedError } from '#shared/errors.ts'
import type { Table, TableRecord } from '../tables/csv.ts'

/** What a row of a label table says of one film, checked. */
export interface SetRow {
  row: number
  /** As the table names it, with forward slashes: what makes it the same row again. */
  path: string
  /** `Male`, `Female`, `Unknown` or empty. */
  sex: string
  /** Years. */
  age: number | null
  /** `Frontal AP`, `Lateral`, or empty. */
  view: string
  /** Which part the set's own lists put it in. */
  part: SplitPart | null
  /** In the order of `LABELS`. */
  labels: RawLabel[]
  patient: string
  /** Path of the study within the set, which names it. */
  study: string
}

/** A table each of whose rows is a film with its labels. */
export interface LabelTable {
  table: Table
  format: SetFormat
  /** Rows name files without all of their folders or without their extension: they are looked for in the folders below as well. */
  scattered: boolean
  vocabulary: Vocabulary | null
  /** Words without a counterpart among our labels, with the rows that had them: grows as rows are read. */
  unmapped: ReadonlyMap<string, number>
  /** @throws BAD_ROW, BAD_LABEL, NO_LABELS, EXCLUDED */
  read(record: TableRecord): SetRow
}

/** Index of the first of these names in a header, whatever their case. */
export function columnOf({ header }: Table, ...names: readonly string[]): number | null {
  const known = header.map((name) => name.toLowerCase())
  const found = names.map((name) => known.indexOf(name.toLowerCase())).find((at) => at >= 0)
  return found ?? null
}

export const has = (table: Table, ...names: readonly string[]): boolean => names.every((name) => columnOf(table, name) !== null)

/** Reads one column; an absent one is empty. */
export function cellOf(table: Table, ...names: readonly string[]): (cells: readonly string[]) => string {
  const at = columnOf(table, ...names)
  return at === null ? () => '' : (cells) => cells[at]!
}

/** The cells of a record that has all of them. @throws BAD_ROW */
export function wholeRow({ path, header }: Table, { row, cells }: TableRecord, film = ''): string[] {
  if (!cells.length) throw new CodedError('BAD_ROW', `Row ${row} has a quote that does not end.`, { file: path, row })
  if (cells.length !== header.length) throw new CodedError('BAD_ROW', `Row ${row} has ${cells.length} cells, the header ${header.length}.`, { file: film || path, row })
  return cells
}

/** @throws BAD_ROW for an empty name */
export function filmName({ path }: Table, row: number, named: string): string {
  const film = named.replaceAll('\\', '/').replace(/^\.\//, '')
  if (!film) throw new CodedError('BAD_ROW', `Row ${row} names no film.`, { file: path, row })
  return film
}

/** `<set>/train/patient00001/study1/view1_frontal.jpg`: patient and study are the folders of these names, else the two above the film. */
export function placeOf(path: string): { patient: string; study: string } {
  const folders = path.split('/').slice(0, -1)
  const named = folders.findLastIndex((folder) => /^patient/i.test(folder))
  if (named >= 0) return { patient: folders[named]!, study: folders.slice(0, named + 2).join('/') }
  if (folders.length >= 2) return { patient: folders.at(-2)!, study: folders.join('/') }
  const own = path.replace(/\.[^./]*$/, '')
  return { patient: own, study: own }
}
