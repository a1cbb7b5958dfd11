import { basename, dirname } from 'node:path'
import { LABELS } from '#shared/domain/labels.ts'
import type { RawLabel } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'
import { PARTS } from '#main/store/repositories/splits.ts'
import { recordsOf } from '../tables/csv.ts'
import type { Table, TableRecord } from '../tables/csv.ts'
import { FileResolver } from '../sets/resolve.ts'
import { labelColumns } from './labelColumns.ts'
import { cellOf, filmName, has, wholeRow } from './layout.ts'
import type { LabelTable, SetRow } from './layout.ts'
import { PackedIndex, hashKey } from './packedIndex.ts'
import { partOf, viewOf } from './values.ts'

/** Two bits a label: blank, 0, 1, -1. */
const CODES: readonly RawLabel[] = [null, 0, 1, -1]
const BATCH = 2000

export const isMimic = (table: Table): boolean => has(table, 'subject_id', 'study_id')

/** The tables of one release, by what they are. */
interface Release {
  labels: Table
  /** Each of these lists films; the first names most of what is known of them. */
  metadata: Table | undefined
  records: Table | undefined
  split: Table | undefined
}

/**
 * MIMIC-CXR and MIMIC-CXR-JPG (Johnson et al., 2019): labels by study in one table, films in another (metadata, record list or split), the official
 * split in a third. Films lie in `files/p10/p10000032/s50414267/<dicom_id>`, as .jpg or as .dcm.
 * @throws MISSING_TABLE, MISSING_COLUMN
 */
export async function mimic(tables: readonly Table[], refuse: (error: unknown, path: string) => void): Promise<LabelTable> {
  const release = releaseOf(tables, refuse)
  const films = filmsOf(release)
  const labels = await labelsByStudy(release.labels, refuse)
  const parts = release.split ? await partsByFilm(release.split) : null
  const [subject, study, dicom] = [cellOf(films, 'subject_id'), cellOf(films, 'study_id'), cellOf(films, 'dicom_id')]
  const [view, path] = [cellOf(films, 'ViewPosition'), cellOf(films, 'path')]
  const place = (cells: string[]): string => path(cells) || `files/p${subject(cells).slice(0, 2)}/p${subject(cells)}/s${study(cells)}/${dicom(cells)}`
  const extension = await extensionOf(films, release, place)
  const read = (record: TableRecord): SetRow => {
    const { row } = record
    const cells = wholeRow(films, record)
    if (!/^\d+$/.test(study(cells)) || !dicom(cells)) throw new CodedError('BAD_ROW', `Row ${row} names no study or no film.`, { file: films.path, row })
    const named = filmName(films, row, place(cells))
    const film = /\.[a-z]+$/i.test(named) ? named : `${named}${extension}`
    const packed = labels.get(BigInt(study(cells)))
    if (packed === undefined) throw new CodedError('NO_LABELS', `Row ${row} is of a study that ${basename(release.labels.path)} does not list.`, { file: film, row })
    return {
      row,
      path: film,
      sex: '',
      age: null,
      view: viewOf(view(cells)),
      part: PARTS[parts?.get(hashKey(dicom(cells))) ?? -1] ?? null,
      labels: unpack(packed),
      patient: `p${subject(cells)}`,
      study: `p${subject(cells)}/s${study(cells)}`,
    }
  }
  return { table: films, format: 'mimic-cxr', scattered: false, vocabulary: null, unmapped: new Map(), read }
}

function releaseOf(tables: readonly Table[], refuse: (error: unknown, path: string) => void): Release {
  const withFilms = tables.filter((table) => has(table, 'dicom_id'))
  const labelled = tables.filter((table) => !has(table, 'dicom_id') && LABELS.some((label) => has(table, label)))
  const labels = labelled.find(({ path }) => /chexpert/i.test(basename(path))) ?? labelled[0]
  if (!labels) {
    throw new CodedError('MISSING_TABLE', `${basename(tables[0]!.path)} lists films of MIMIC-CXR, and no table with their labels lies beside it.`, {
      file: tables[0]!.path,
      remedy: 'Put mimic-cxr-2.0.0-chexpert.csv (or the negbio one) into the same folder.',
    })
  }
  for (const other of labelled) {
    if (other !== labels) refuse(new CodedError('LABELS_NOT_USED', `It labels the same studies as ${basename(labels.path)}, which is used.`, { file: other.path }), other.path)
  }
  return { labels, metadata: withFilms.find((table) => has(table, 'ViewPosition')), records: withFilms.find((table) => has(table, 'path')), split: withFilms.find((table) => has(table, 'split')) }
}

function filmsOf({ labels, metadata, records, split }: Release): Table {
  const films = metadata ?? records ?? split
  if (films) return films
  throw new CodedError('MISSING_TABLE', `${basename(labels.path)} labels studies of MIMIC-CXR, and no table of their films lies beside it.`, {
    file: labels.path,
    remedy: 'Put mimic-cxr-2.0.0-metadata.csv, or cxr-record-list.csv of the DICOM release, into the same folder.',
  })
}

/** Which release it is: the first film is there as .jpg or as .dcm; without films the record list tells, for only the DICOM release has it. */
async function extensionOf(films: Table, { records }: Release, place: (cells: string[]) => string): Promise<string> {
  const resolver = new FileResolver(dirname(films.path), false)
  for await (const [record] of recordsOf(films, 1)) {
    for (const extension of record?.cells.length === films.header.length ? ['.jpg', '.dcm'] : []) {
      if (await resolver.find(`${place(record!.cells)}${extension}`, record!.row).catch(() => null)) return extension
    }
    break
  }
  return records ? '.dcm' : '.jpg'
}

async function labelsByStudy(table: Table, refuse: (error: unknown, path: string) => void): Promise<PackedIndex> {
  const index = new PackedIndex(2 * LABELS.length)
  const columns = labelColumns(table, Object.fromEntries(LABELS.map((label) => [label, label])))
  if (columns.missing.length) throw new CodedError('MISSING_COLUMN', `${basename(table.path)} has no column ${columns.missing.map((name) => `"${name}"`).join(', ')}.`, { file: table.path, row: 1 })
  const study = cellOf(table, 'study_id')
  for await (const records of recordsOf(table, BATCH)) {
    for (const record of records) {
      try {
        const cells = wholeRow(table, record)
        if (!/^\d{1,10}$/.test(study(cells))) throw new CodedError('BAD_ROW', `Row ${record.row} names no study.`, { file: table.path, row: record.row })
        index.add(BigInt(study(cells)), pack(columns.read(cells, record.row, table.path)))
      } catch (error) {
        refuse(error, table.path)
      }
    }
  }
  index.seal()
  return index
}

async function partsByFilm(table: Table): Promise<PackedIndex> {
  const index = new PackedIndex(2)
  const [dicom, split] = [cellOf(table, 'dicom_id'), cellOf(table, 'split')]
  for await (const records of recordsOf(table, BATCH)) {
    for (const { cells } of records) {
      const part = cells.length === table.header.length ? partOf(split(cells)) : null
      if (part) index.add(hashKey(dicom(cells)), PARTS.indexOf(part))
    }
  }
  index.seal()
  return index
}

const pack = (labels: readonly RawLabel[]): number => labels.reduce<number>((packed, raw, i) => packed + CODES.indexOf(raw) * 4 ** i, 0)
const unpack = (packed: number): RawLabel[] => LABELS.map((_, i) => CODES[(packed >>> (2 * i)) & 3]!)
