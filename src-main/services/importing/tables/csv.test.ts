import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { readTable, recordsOf } from './csv.ts'
import type { TableRecord } from './csv.ts'

/** Header and records of a file with these bytes. */
async function read(t: TestContext, bytes: string | Uint8Array): Promise<{ header: string[]; separator: string; records: TableRecord[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'table.csv')
  writeFileSync(path, bytes)
  const table = await readTable(path)
  assert.ok(table)
  const records: TableRecord[] = []
  for await (const batch of recordsOf(table, 7)) records.push(...batch)
  return { header: table.header, separator: table.separator, records }
}

const rows = ({ records }: { records: TableRecord[] }): string[][] => records.map(({ cells }) => cells)
const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16()

test('one text in every coding is one table: UTF-8 and UTF-16, with a byte order mark and without, gzipped, CRLF', async (t) => {
  const text = 'Pfad;Größe\nä.png;"1;2"\n日本.png;"zwei\nZeilen"\n'
  const wanted = [['ä.png', '1;2'], ['日本.png', 'zwei\nZeilen']]
  const wide = Buffer.from(text, 'utf16le')
  const codings: Record<string, string | Buffer> = {
    'utf-8': text,
    'utf-8 with a mark': `\ufeff${text}`,
    'utf-16le with a mark': Buffer.from(`\ufeff${text}`, 'utf16le'),
    'utf-16be with a mark': swapped(Buffer.from(`\ufeff${text}`, 'utf16le')),
    'utf-16le': wide,
    'utf-16be': swapped(wide),
    'gzip': gzipSync(text),
    'gzipped utf-16': gzipSync(Buffer.from(`\ufeff${text}`, 'utf16le')),
    'CRLF': text.replaceAll('\n', '\r\n'),
    'no line end at the end': text.slice(0, -1),
  }
  for (const [coding, bytes] of Object.entries(codings)) {
    const table = await read(t, bytes)
    assert.deepEqual([table.header, table.separator, rows(table)], [['Pfad', 'Größe'], ';', wanted], coding)
  }
})

test('random tables are read as csv-parse reads them, whatever their cells hold', async (t) => {
  let state = 11
  const random = (n: number): number => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8) % n
  const pieces = ['a', 'b,c', '"', '""', '\n', ' ', 'é', '1.0', '', '|', 'x\r\ny']
  for (let round = 0; round < 40; round++) {
    const width = 2 + random(5)
    const cell = (): string => Array.from({ length: random(4) }, () => pieces[random(pieces.length)]).join('')
    const quoted = (text: string): string => (/[",\n\r]/.test(text) || random(4) === 0 ? `"${text.replaceAll('"', '""')}"` : text)
    const header = Array.from({ length: width }, (_, i) => `c${i}`).join(',')
    const lines = Array.from({ length: 60 }, () => Array.from({ length: width }, () => quoted(cell())).join(','))
    const text = [header, ...lines].join('\n')
    const peer = parse(text, { from: 2, trim: false, skip_empty_lines: false }) as string[][]
    const plain = (cells: string[][]): string[][] => cells.map((row) => row.map((value) => value.replaceAll('\r\n', '\n').trim()))
    assert.deepEqual(rows(await read(t, text)), plain(peer), text)
  }
})

test('a quote that never ends spoils its own row, and rows are counted as a spreadsheet counts', async (t) => {
  const { records } = await read(t, 'a,b\n1,2\n"3,4\n5,6\n\n"7\n8",9\n10,5" tube\n11,"12"x\n13\n')
  assert.deepEqual(records, [
    { row: 2, cells: ['1', '2'] },
    { row: 3, cells: [] },
    { row: 4, cells: ['5', '6'] },
    { row: 6, cells: ['7\n8', '9'] },
    { row: 7, cells: ['10', '5" tube'] },
    { row: 8, cells: ['11', '12x'] },
    { row: 9, cells: ['13'] },
  ])
})

test('line ends within quotes hold over the pieces in which a large file is read', async (t) => {
  const cell = (i: number): string => `"${`line of ${i}\n`.repeat(1 + (i % 9))}"`
  const count = 30_000
  const { records } = await read(t, `name,text\n${Array.from({ length: count }, (_, i) => `${i},${cell(i)}`).join('\n')}\n`)
  assert.equal(records.length, count)
  assert.ok(records.every(({ row, cells }, i) => row === i + 2 && cells[0] === String(i) && cells[1]!.split('\n').length === 1 + (i % 9)))
})

test('a file that ends inside its gzip stream is refused with the row it came to', async (t) => {
  const whole = gzipSync(`a,b\n${Array.from({ length: 9000 }, (_, i) => `${i},${Math.sin(i)}`).join('\n')}`)
  await assert.rejects(read(t, whole.subarray(0, whole.length >> 1)), ({ code, row, message }: { code: string; row: number; message: string }) => code === 'CSV_UNREADABLE' && row > 100 && message.includes('table.csv'))
})
