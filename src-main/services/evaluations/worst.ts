import type { Calibration, WrongFilm } from '#shared/domain/evaluation.ts'
import { LABELS, type Label } from '#shared/domain/labels.ts'
import { sigmoid } from '#shared/statistics/probability.ts'
import { basename } from 'node:path'
import type { Verdict } from './judge.ts'

export type WrongKind = 'false-positive' | 'false-negative'

/** Films without the label that score highest, or with it that score lowest, the worst first; also those on the right side of the threshold. */
export function worstOf({ films, logits, targets }: Verdict, calibration: Calibration | null, label: Label, kind: WrongKind, limit: number): WrongFilm[] {
  const column = LABELS.indexOf(label)
  const at = (film: number): number => film * LABELS.length + column
  const direction = kind === 'false-positive' ? -1 : 1
  const temperature = calibration?.perLabel[label].temperature
  return [...films.keys()]
    .filter((film) => targets[at(film)] === (kind === 'false-positive' ? 0 : 1))
    .sort((a, b) => direction * (logits[at(a)]! - logits[at(b)]!))
    .slice(0, limit)
    .map((film) => {
      const { image, study, named } = films[film]!
      const logit = logits[at(film)]!
      return { image, study, fileName: basename(named), raw: sigmoid(logit), calibrated: temperature === undefined ? null : sigmoid(logit / temperature) }
    })
}
