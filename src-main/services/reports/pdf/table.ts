import { INK, MARGIN, need, room, use, WIDTH, type Doc } from './page.ts'

export interface Column<Row> {
  title: string
  /** Share of the page's width. */
  share: number
  align?: 'left' | 'right'
  cell: (row: Row) => string
}

interface Cell {
  text: string
  align: 'left' | 'right'
  x: number
  width: number
}

interface Style {
  size: number
  bold?: boolean
  colour?: string
}

const PAD = { x: 5, y: 3.2 }

/** The cells of one row, laid over the page's width by the columns' shares. */
function lay<Row>(columns: Column<Row>[], text: (column: Column<Row>) => string): Cell[] {
  const total = columns.reduce((sum, { share }) => sum + share, 0)
  let x = MARGIN.left
  return columns.map((column) => {
    const width = (WIDTH * column.share) / total
    x += width
    return { text: text(column), align: column.align ?? 'left', x: x - width + PAD.x, width: width - 2 * PAD.x }
  })
}

/** A row is as high as its highest cell. */
function heightOf(doc: Doc, cells: Cell[], style: Style): number {
  return Math.max(...cells.map(({ text, width }) => doc.heightOfString(use(doc, text || ' ', style), { width }))) + 2 * PAD.y
}

function drawRow(doc: Doc, cells: Cell[], style: Style, band: string | null): void {
  const height = heightOf(doc, cells, style)
  const y = doc.y
  if (band) doc.rect(MARGIN.left, y, WIDTH, height).fill(band)
  for (const { text, x, width, align } of cells) doc.text(use(doc, text, style), x, y + PAD.y, { width, align })
  doc.x = MARGIN.left
  doc.y = y + height
  doc.moveTo(MARGIN.left, doc.y).lineTo(MARGIN.left + WIDTH, doc.y).lineWidth(0.3).strokeColor(INK.line).stroke()
}

/** A table that runs on over pages, its head repeated on each. `emphasised` rows are printed bold in the finding's colour. */
export function drawTable<Row>(doc: Doc, columns: Column<Row>[], rows: Row[], emphasised: (row: Row) => boolean = () => false): void {
  const drawHead = () => drawRow(doc, lay(columns, ({ title }) => title), { size: 8, bold: true, colour: INK.muted }, INK.band)
  need(doc, 60)
  drawHead()
  for (const row of rows) {
    const cells = lay(columns, ({ cell }) => cell(row))
    const style = emphasised(row) ? { size: 9, bold: true, colour: INK.positive } : { size: 9 }
    if (room(doc) < heightOf(doc, cells, style)) {
      doc.addPage()
      drawHead()
    }
    drawRow(doc, cells, style, null)
  }
  doc.y += 2
}

/** Pairs of name and value in two columns; an empty value prints a dash. */
export function drawPairs(doc: Doc, pairs: [name: string, value: string][], style: { size: number; columns: number }): void {
  const width = WIDTH / style.columns
  const nameWidth = Math.min(92, width * 0.34)
  const valueWidth = width - nameWidth - 8
  for (let i = 0; i < pairs.length; i += style.columns) {
    const line = pairs.slice(i, i + style.columns).map(([name, value]) => ({ name, value: value || '–' }))
    const height = Math.max(...line.map(({ value }) => doc.heightOfString(use(doc, value, style), { width: valueWidth }))) + 3.5
    need(doc, height)
    const y = doc.y
    line.forEach(({ name, value }, column) => {
      const x = MARGIN.left + column * width
      doc.text(use(doc, name, { size: style.size, colour: INK.muted }), x, y, { width: nameWidth })
      doc.text(use(doc, value, style), x + nameWidth, y, { width: valueWidth })
    })
    doc.x = MARGIN.left
    doc.y = y + height
  }
}
