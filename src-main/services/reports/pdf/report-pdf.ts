import { displayName } from '#shared/domain/study.ts'
import { isoDate, isPositive, signature, type FindingRow, type KeyImage, type PrintedContent } from '../content.ts'
import { closePages, heading, INK, MARGIN, need, openPages, use, WIDTH, type Doc, type Fonts } from './page.ts'
import { drawPairs, drawTable, type Column } from './table.ts'

const TITLE = 'Chest radiograph report'
const DECISIONS = { accepted: 'Accepted', rejected: 'Rejected', uncertain: 'Uncertain', undecided: '–' } as const

const number = (value: number | null, digits = 2) => (value === null ? '–' : value.toFixed(digits))

function headline(doc: Doc, { report }: PrintedContent): void {
  doc.text(use(doc, TITLE, { size: 19, bold: true }), MARGIN.left, MARGIN.top, { width: WIDTH })
  const line = `Version ${report.version}${report.addendumTo ? `, addendum to version ${report.addendumTo}` : ''} · ${new Date(report.updatedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC · ${signature(report) ?? 'not signed'}`
  doc.text(use(doc, line, { size: 9, colour: INK.muted }), { width: WIDTH })
  doc.moveDown(0.6)
}

function patientBlock(doc: Doc, { patient, study }: PrintedContent): void {
  const age = patient.age === null ? '' : `${patient.age} years`
  drawPairs(
    doc,
    [
      ['Patient', displayName(patient.name)],
      ['Study date', isoDate(study.date)],
      ['Patient ID', patient.id],
      ['Modality', study.modality],
      ['Sex, age', [patient.sex, age].filter(Boolean).join(', ')],
      ['Description', study.description],
    ],
    { size: 9.5, columns: 2 },
  )
}

const COLUMNS: Column<FindingRow>[] = [
  { title: 'Finding', share: 30, cell: ({ label }) => label },
  { title: 'Probability', share: 13, align: 'right', cell: ({ probability }) => number(probability) },
  { title: 'Threshold', share: 13, align: 'right', cell: ({ threshold }) => number(threshold) },
  { title: 'Reader', share: 15, cell: ({ decision }) => DECISIONS[decision] },
  { title: 'Note', share: 40, cell: ({ note }) => note },
]

function findings(doc: Doc, content: PrintedContent): void {
  heading(doc, 'Findings by the model and the reader')
  const calibrated = content.findings.some((row) => row.calibrated !== null)
  const columns = calibrated
    ? COLUMNS.toSpliced(2, 0, { title: 'Calibrated', share: 13, align: 'right', cell: (row) => number(row.calibrated) })
    : COLUMNS
  drawTable(doc, columns, content.findings, isPositive)
}

function paragraph(doc: Doc, title: string, text: string): void {
  if (!text.trim()) return
  heading(doc, title)
  doc.text(use(doc, text.trim(), { size: 10 }), MARGIN.left, doc.y, { width: WIDTH, lineGap: 2 })
}

/** Two pictures a row, each fitted into a square with its caption below. */
function keyImages(doc: Doc, images: KeyImage[]): void {
  if (!images.length) return
  const side = images.length === 1 ? 300 : (WIDTH - 14) / 2
  need(doc, side + 60)
  heading(doc, images.length === 1 ? 'Key image' : 'Key images')
  for (let i = 0; i < images.length; i += 2) {
    need(doc, side + 30)
    const y = doc.y
    images.slice(i, i + 2).forEach(({ picture, caption }, column) => {
      const x = MARGIN.left + column * (side + 14)
      doc.rect(x, y, side, side).fill('#000000')
      if (picture) doc.image(Buffer.from(picture), x, y, { fit: [side, side], align: 'center', valign: 'center' })
      doc.text(use(doc, caption, { size: 8, colour: INK.muted }), x, y + side + 4, { width: side, height: 20, ellipsis: true })
    })
    doc.x = MARGIN.left
    doc.y = y + side + 28
  }
}

function provenance(doc: Doc, { provenance: from, model }: PrintedContent): void {
  need(doc, 120)
  heading(doc, 'Where this came from')
  const thresholds = Object.entries(from.thresholds).map(([label, value]) => `${label} ${value.toFixed(3)}`)
  drawPairs(
    doc,
    [
      ['Program', `${from.app} ${from.version}`],
      ['Model', from.model === null ? '' : `${from.model}, version ${model?.version ?? '?'}`],
      ['Weights SHA-256', from.weightsHash ?? ''],
      ['Training data', from.dataset ?? ''],
      ['Split', from.split ?? ''],
      ['Label policy', from.policy ?? ''],
      ['Thresholds', thresholds.join(', ')],
      ['Exported', from.exportedAt],
    ],
    { size: 8, columns: 1 },
  )
}

/**
 * The report as A4 PDF. Text is real text (searchable, extractable); pictures are embedded once each.
 * @param fonts for names and notes beyond Windows-1252
 */
export async function reportPdf(content: PrintedContent, fonts: Fonts): Promise<Buffer> {
  const doc = openPages({ title: TITLE, fonts })
  headline(doc, content)
  patientBlock(doc, content)
  findings(doc, content)
  paragraph(doc, 'Predicted against the advice of the input check', content.prediction?.gate.join('\n') ?? '')
  paragraph(doc, 'Report', content.report.text)
  paragraph(doc, 'Impression', content.report.impression)
  keyImages(doc, content.keyImages)
  provenance(doc, content)
  return closePages(doc, `Study ${content.study.uid}`)
}
