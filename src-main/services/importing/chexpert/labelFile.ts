import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { parse as parseText } from 'csv-parse/sync'
import type { SplitPart } from '#shared/domain/dataset.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { CodedError } from '#shared/errors.ts'

/** A CSV in CheXpert's layout: where its columns are, found by name. */
export interface LabelFile {
  path: string
  width: number
  pathColumn: number
  /** Of the 14 labels, in the order of `LABELS`. */
  labelColumns: number[]
  sex: number | null
  age: number | null
  /** `Frontal/Lateral`. */
  side: number | null
  /** `AP/PA`. */
  projection: number | null
  /** By the file's name: train.csv, valid.csv, test.csv. */
  part: SplitPart | null
}

/** One record of a label file; `row` counts from 1, header included. */
export interface LabelRecord {
  row: number
  cells: string[]
}

/** The header of a CSV (plain or gzipped), null when the file has none. */
export async function readHeader(path: string): Promise<string[] | null> {
  const stream = open(path)
  let text = ''
  for await (const chunk of stream) {
    text += (chunk as Buffer).toString('utf8')
    if (text.includes('\n') || text.length > 65_536) break
  }
  stream.destroy()
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  const [header] = parseText(line, { bom: true, relax_quotes: true, trim: true }) as string[][]
  return header ?? null
}

/** Whether a CSV speaks of our labels at all; other tables in a data set's folder are none of our business. */
export const isLabelFile = (header: readonly string[]): boolean => header.some((name) => (LABELS as readonly string[]).includes(name))

/** @throws MISSING_COLUMN naming every column that is missing */
export function layoutOf(path: string, header: readonly string[]): LabelFile {
  const missing = ['Path', ...LABELS].filter((name) => !header.includes(name))
  if (missing.length) {
    throw new CodedError('MISSING_COLUMN', `${basename(path)} has no column ${missing.map((name) => `"${name}"`).join(', ')}.`, {
      file: path,
      row: 1,
      remedy: 'Add the column (blank cells mean "not mentioned") and import again.',
    })
  }
  const optional = (name: string): number | null => (header.includes(name) ? header.indexOf(name) : null)
  return {
    path,
    width: header.length,
    pathColumn: header.indexOf('Path'),
    labelColumns: LABELS.map((label) => header.indexOf(label)),
    sex: optional('Sex'),
    age: optional('Age'),
    side: optional('Frontal/Lateral'),
    projection: optional('AP/PA'),
    part: partOf(basename(path)),
  }
}

function partOf(name: string): SplitPart | null {
  const [word] = /train|val(id)?|test/i.exec(name) ?? []
  return word === undefined ? null : ({ t: /^train/i.test(word) ? 'train' : 'test', v: 'val' } as const)[word[0]!.toLowerCase() as 't' | 'v']
}

/**
 * Records in batches of at most `size`. A line is a row: label files hold paths and numbers, so a quote never reaches over a line end, and one
 * that is never closed spoils its own row only. @throws CSV_UNREADABLE
 */
export async function* recordsOf(file: LabelFile, size: number): AsyncGenerator<LabelRecord[]> {
  let batch: LabelRecord[] = []
  let row = 0
  try {
    for await (const lines of linesOf(file.path)) {
      for (const line of lines) {
        if (++row === 1 || line === '') continue
        batch.push({ row, cells: cellsOf(line) })
        if (batch.length < size) continue
        yield batch
        batch = []
      }
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new CodedError('CSV_UNREADABLE', `${basename(file.path)} cannot be read after row ${row} (${code ?? message}).`, { file: file.path, row, cause: error })
  }
  if (batch.length) yield batch
}

/** As many lines at a time as were read. */
async function* linesOf(path: string): AsyncGenerator<string[]> {
  const decoder = new TextDecoder()
  const source = open(path)
  let rest = ''
  try {
    for await (const chunk of source) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n')
      rest = lines.pop()!
      yield lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    }
  } finally {
    source.destroy()
  }
  if (rest) yield [rest]
}

/** A line without quotes, as nearly all are, needs no parser; one whose quote does not end has no cells. */
function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',').map((cell) => cell.trim())
  try {
    return (parseText(line, { relax_quotes: true, relax_column_count: true, trim: true }) as string[][])[0] ?? []
  } catch {
    return []
  }
}

/** Rows of the file, for progress: line ends counted, so quoted line breaks make it a little too high. */
export async function countRows(path: string): Promise<number> {
  let rows = 0
  for await (const chunk of open(path)) for (let at = (chunk as Buffer).indexOf(10); at >= 0; at = (chunk as Buffer).indexOf(10, at + 1)) rows++
  return Math.max(0, rows - 1)
}

function open(path: string): Readable {
  const stream = createReadStream(path, { highWaterMark: 1 << 18 })
  if (!/\.gz$/i.test(path)) return stream
  const gunzip = createGunzip()
  stream.on('error', (error) => gunzip.destroy(error))
  gunzip.on('close', () => stream.destroy())
  return stream.pipe(gunzip)
}
