import { LABELS } from '#shared/domain/labels.ts'
import type { JudgedFilm, Scoring } from '#main/store/repositories/evaluations.ts'
import { cellsOf, numbered, type Cells, type Judged } from '#main/statistics/judged.ts'
import type { Part } from './part.ts'

/** What was said of the films of a part beside what is true of them. */
export interface Verdict extends Judged {
  /** One a film. */
  films: JudgedFilm[]
  /** One a label. */
  cells: Cells[]
}

export function verdictOf({ films, targets }: Pick<Part, 'films' | 'targets'>, { rows, logits }: Scoring): Verdict {
  const width = LABELS.length
  const own = new Uint8Array(rows.length * width)
  rows.forEach((row, i) => own.set(targets.subarray(row * width, (row + 1) * width), i * width))
  const chosen = Array.from(rows, (row) => films[row]!)
  const { numbers: patients, count: patientCount } = numbered(chosen.map(({ patient }) => patient))
  const judged: Judged = { logits, targets: own, patients, patientCount }
  return { ...judged, films: chosen, cells: LABELS.map((_, label) => cellsOf(judged, label)) }
}
