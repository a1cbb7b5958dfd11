import { basename } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import { bytesOf, textOf } from './text.ts'

/** A table of text with a header row. */
export interface Table {
  path: string
  separator: string
  header: string[]
}

/** One record of a table; `row` counts from 1, header included, as a spreadsheet counts. */
export interface TableRecord {
  row: number
  /** Trimmed; none where a quote does not end. */
  cells: string[]
}

const SEPARATORS = [',', ';', '\t', '|']
/** A quoted cell may go over line ends; one that goes further than this was never closed. */
const MOST_LINES = 200

/** By its name; what it holds is another question. */
export const isTable = (path: string): boolean => /\.[ct]sv(\.gz)?$/i.test(path)

/** The table of a file, by its header; null when the file is empty. */
export async function readTable(path: string): Promise<Table | null> {
  let text = ''
  for await (const piece of textOf(path)) {
    text += piece
    if (text.includes('\n') || text.length > 65_536) break
  }
  const line = text.split(/\r?\n/, 1)[0]!
  if (!line.trim()) return null
  const width = (separator: string): number => cellsOf(line, separator).cells.length
  const separator = SEPARATORS.reduce((best, other) => (width(other) > width(best) ? other : best))
  return { path, separator, header: cellsOf(line, separator).cells }
}

/**
 * Records in batches of at most `size`. A quote that is never closed spoils its own row only: lines are joined where that gives a row of the
 * table's width, and stand alone where it does not.
 * @throws CSV_UNREADABLE
 */
export async function* recordsOf(table: Table, size: number): AsyncGenerator<TableRecord[]> {
  let batch: TableRecord[] = []
  let row = 0
  try {
    for await (const cells of cellsOfLines(table)) {
      if (++row === 1 || cells === null) continue
      batch.push({ row, cells })
      if (batch.length < size) continue
      yield batch
      batch = []
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new CodedError('CSV_UNREADABLE', `${basename(table.path)} cannot be read after row ${row} (${code ?? message}).`, { file: table.path, row, cause: error })
  }
  if (batch.length) yield batch
}

/** Cells of every record, null for an empty line. */
async function* cellsOfLines({ path, separator, header }: Table): AsyncGenerator<string[] | null> {
  let waiting: string[] = []
  for await (const { lines, last } of linesOf(path)) {
    const known = waiting.length ? [...waiting, ...lines] : lines
    let at = 0
    while (at < known.length) {
      const found = recordAt(known, at, separator, header.length)
      if (!found && !last && known.length - at <= MOST_LINES) break
      yield found ? found.cells : []
      at += found?.lines ?? 1
    }
    waiting = known.slice(at)
  }
}

/** The record that begins at a line; null when its quotes are not closed in the lines at hand. */
function recordAt(lines: readonly string[], at: number, separator: string, width: number): { cells: string[] | null; lines: number } | null {
  let text = lines[at]!
  if (text === '') return { cells: null, lines: 1 }
  // As nearly all are: no need to look at every letter.
  if (!text.includes('"')) return { cells: text.split(separator).map((cell) => cell.trim()), lines: 1 }
  let parsed = cellsOf(text, separator)
  for (let count = 1; parsed.open; ) {
    if (count > MOST_LINES) return { cells: [], lines: 1 }
    const next = lines[at + count++]
    if (next === undefined) return null
    text += `\n${next}`
    if (!next.includes('"')) continue
    parsed = cellsOf(text, separator)
    if (!parsed.open) return parsed.cells.length === width ? { cells: parsed.cells, lines: count } : { cells: [], lines: 1 }
  }
  return { cells: parsed.cells, lines: 1 }
}

/** RFC 4180, but that a quote within a bare cell is a letter. `open`: the last quote does not end. */
export function cellsOf(text: string, separator: string): { cells: string[]; open: boolean } {
  const cells: string[] = []
  let at = 0
  for (;;) {
    while (text[at] === ' ') at++
    let cell = ''
    if (text[at] === '"') {
      for (at++; ; at += 2) {
        const end = text.indexOf('"', at)
        if (end < 0) return { cells, open: true }
        cell += text.slice(at, end)
        at = end
        if (text[end + 1] !== '"') break
        cell += '"'
      }
      at++
    }
    const end = text.indexOf(separator, at)
    cells.push((cell + text.slice(at, end < 0 ? undefined : end)).trim())
    if (end < 0) return { cells, open: false }
    at = end + 1
  }
}

/** As many lines at a time as were read, without their ends. */
async function* linesOf(path: string): AsyncGenerator<{ lines: string[]; last: boolean }> {
  let rest = ''
  for await (const text of textOf(path)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    yield { lines: lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)), last: false }
  }
  yield { lines: rest ? [rest] : [], last: true }
}

/** Rows of a table, for progress: line ends counted, so quoted ones make it a little too high. */
export async function countRows(path: string): Promise<number> {
  let rows = 0
  for await (const chunk of bytesOf(path)) for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows++
  return Math.max(0, rows - 1)
}
