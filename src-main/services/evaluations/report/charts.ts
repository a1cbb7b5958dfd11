import { bandPath, linePath, prLine, reliabilityLine, rocLine, type Point } from '#shared/charts/unitSquare.ts'
import type { Band, LabelCurves, Reliability } from '#shared/domain/evaluation.ts'

const SIDE = 180
const LEFT = 38
const BOTTOM = 34

interface Chart {
  title: string
  x: string
  y: string
  band: Band | null
  lines: { points: Point[]; className: string; dots?: boolean }[]
  /** Where a model that knows nothing, or one that is calibrated, would lie. */
  diagonal: boolean
}

/** ROC, precision-recall and reliability of a label as SVG; with one class there is only the last. */
export function chartsOf(curves: LabelCurves, { raw, calibrated }: Reliability): string {
  const ranked: Chart[] = [
    { title: 'ROC', x: '1 - specificity', y: 'sensitivity', band: curves.rocBand, lines: [{ points: rocLine(curves), className: 'raw' }], diagonal: true },
    { title: 'Precision-recall', x: 'recall', y: 'precision', band: curves.prBand, lines: [{ points: prLine(curves), className: 'raw' }], diagonal: false },
  ]
  return [
    ...(curves.positives && curves.negatives ? ranked.map(chart) : []),
    chart({
      title: 'Reliability', x: 'mean probability', y: 'share of positives', band: null, diagonal: true,
      lines: [{ points: reliabilityLine(raw), className: 'raw', dots: true }, ...(calibrated ? [{ points: reliabilityLine(calibrated), className: 'calibrated', dots: true }] : [])],
    }),
  ].join('')
}

function chart({ title, x, y, band, lines, diagonal }: Chart): string {
  const at = (value: number): number => Math.round(value * SIDE)
  const ticks = [0, 0.5, 1].map((value) => `<text x="${at(value)}" y="${SIDE + 14}" text-anchor="middle">${value}</text><text x="-6" y="${SIDE - at(value) + 4}" text-anchor="end">${value}</text>`).join('')
  const drawn = lines.map(({ points, className, dots }) => `<path class="line ${className}" d="${linePath(points, SIDE)}"/>${dots ? points.map(([px, py]) => `<circle class="${className}" cx="${at(px)}" cy="${SIDE - at(py)}" r="2.5"/>`).join('') : ''}`).join('')
  return `<svg viewBox="-${LEFT} -20 ${SIDE + LEFT + 10} ${SIDE + BOTTOM + 22}" role="img" aria-label="${title}">
<text x="0" y="-8" class="title">${title}</text><rect width="${SIDE}" height="${SIDE}"/>${diagonal ? `<path class="diagonal" d="M0 ${SIDE}L${SIDE} 0"/>` : ''}
${band ? `<path class="band" d="${bandPath(band, SIDE)}"/>` : ''}${drawn}${ticks}
<text x="${SIDE / 2}" y="${SIDE + 28}" text-anchor="middle">${x}</text><text transform="translate(-28 ${SIDE / 2}) rotate(-90)" text-anchor="middle">${y}</text></svg>`
}
