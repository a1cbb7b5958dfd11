import type { QualityFilm, QualityFinding } from '../../../../src-shared/domain/quality.ts'
import { strings as t } from './strings.ts'

/** Three decimals for likenesses, whole numbers for pixels. */
const short = (value: number): string => (Number.isInteger(value) ? String(value) : Math.abs(value) < 2 ? value.toFixed(3) : value.toFixed(1))

/** The figure of a reason, or nothing where it is no matter of numbers. */
export const figureText = ({ figure }: QualityFinding): string => (figure === null ? '' : short(figure))
export const thresholdText = ({ threshold }: QualityFinding): string => (threshold === null ? '' : t.threshold(short(threshold)))

export const reasonsOf = ({ findings }: QualityFilm): string => findings.map(({ reason }) => t.reasons[reason]).join(', ')
export const filmLabel = (film: QualityFilm): string => t.film(film.fileName, reasonsOf(film), t.choices[film.choice])
