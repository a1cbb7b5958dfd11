import PDFDocument from 'pdfkit'
import { NOT_FOR_DIAGNOSTIC_USE } from '#shared/domain/report.ts'

export type Doc = PDFKit.PDFDocument

/** A4 in points. */
export const MARGIN = { left: 48, right: 48, top: 44, bottom: 64 }
export const WIDTH = 595.28 - MARGIN.left - MARGIN.right

export const INK = { text: '#14181d', muted: '#5c6773', line: '#cfd6dd', band: '#f3f5f8', positive: '#a34a00', warning: '#b3261e' }

/** The characters of Windows-1252, which is what the PDF standard fonts can show. */
const STANDARD = /^[\n\r\t\u0020-\u007e\u00a0-\u00ff\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]*$/u

/** Han, kana and hangul, with the punctuation and wide forms that go with them. */
const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u

/** TrueType files for text beyond Windows-1252; subsets are embedded, and only when some text needs them. */
export interface Fonts {
  unicode: string
  /** For names in Chinese, Japanese and Korean. */
  eastAsian: string
}

export interface PageOptions {
  title: string
  fonts: Fonts
}

/** A4 pages with a document title. Streams are compressed, metadata carries no patient data. */
export function openPages({ title, fonts }: PageOptions): Doc {
  const doc = new PDFDocument({
    size: 'A4',
    margins: MARGIN,
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: { Title: title, Creator: 'Xclassifier Desktop', Subject: NOT_FOR_DIAGNOSTIC_USE },
  })
  doc.registerFont('unicode', fonts.unicode)
  doc.registerFont('eastAsian', fonts.eastAsian)
  return doc
}

/**
 * Choose the font that can show `text`; answers the text so that calls read `doc.text(use(doc, text, ...))`. A character that no font of ours has
 * is answered as its code point: an empty box would hide that something stands there.
 */
export function use(doc: Doc, text: string, style: { size: number; bold?: boolean; colour?: string }): string {
  const clean = text.normalize('NFC').replace(/\r\n?/g, '\n')
  const standard = STANDARD.test(clean)
  doc.font(standard ? (style.bold ? 'Helvetica-Bold' : 'Helvetica') : EAST_ASIAN.test(clean) ? 'eastAsian' : 'unicode')
  doc.fontSize(style.size).fillColor(style.colour ?? INK.text)
  return standard ? clean : withoutBoxes(doc, clean)
}

/** pdfkit keeps the font that it draws with, whose type its declarations leave out. */
interface DrawsWith {
  _font: { font: { hasGlyphForCodePoint(point: number): boolean } }
}

function withoutBoxes(doc: Doc, text: string): string {
  const { font } = (doc as unknown as DrawsWith)._font
  return [...text].map((one) => (/\s/.test(one) || font.hasGlyphForCodePoint(one.codePointAt(0)!) ? one : `[U+${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`)).join('')
}

/** Height left above the footer on the page at hand. */
export function room(doc: Doc): number {
  return doc.page.height - MARGIN.bottom - doc.y
}

/** Start a new page unless `height` points are left. */
export function need(doc: Doc, height: number): void {
  if (room(doc) < height) doc.addPage()
}

export function heading(doc: Doc, text: string): void {
  need(doc, 60)
  doc.moveDown(0.9)
  const clean = use(doc, text.toUpperCase(), { size: 8.5, bold: true, colour: INK.muted })
  doc.text(clean, MARGIN.left, doc.y, { width: WIDTH, characterSpacing: 0.6 })
  rule(doc, doc.y + 1)
  doc.y += 6
}

export function rule(doc: Doc, y: number): void {
  doc.moveTo(MARGIN.left, y).lineTo(MARGIN.left + WIDTH, y).lineWidth(0.6).strokeColor(INK.line).stroke()
}

/** The notice and "page n of m" on every page, then the bytes. */
export async function closePages(doc: Doc, footer: string): Promise<Buffer> {
  const { start, count } = doc.bufferedPageRange()
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page)
    // The footer lies in the bottom margin, where text would otherwise open a page of its own.
    doc.page.margins.bottom = 0
    const y = doc.page.height - MARGIN.bottom + 18
    rule(doc, y - 7)
    doc.text(use(doc, NOT_FOR_DIAGNOSTIC_USE, { size: 9, bold: true, colour: INK.warning }), MARGIN.left, y, { lineBreak: false })
    doc.text(use(doc, footer, { size: 8, colour: INK.muted }), MARGIN.left, y + 0.8, { width: WIDTH, align: 'center', height: 10, ellipsis: true })
    doc.text(use(doc, `Page ${page - start + 1} of ${count}`, { size: 8, colour: INK.muted }), MARGIN.left, y + 0.8, { width: WIDTH, align: 'right' })
  }
  const chunks: Buffer[] = []
  doc.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>((resolve, reject) => doc.once('end', resolve).once('error', reject))
  doc.end()
  await ended
  return Buffer.concat(chunks)
}
