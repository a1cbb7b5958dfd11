import { CHEXPERT_ORDER, LABELS, type Label, type RawLabel } from '#shared/domain/labels.ts'
import type { StandingDecision } from '#main/store/repositories/decisions.ts'
import { csvCell } from '../reports/report-csv.ts'

/** A film with what readers decided of it. */
export interface DecidedFilm extends Pick<StandingDecision, 'study' | 'image' | 'studyUid' | 'patientId' | 'sex' | 'age' | 'view' | 'path'> {
  labels: Partial<Record<Label, RawLabel>>
  readers: string[]
  /** Of the newest decision. */
  at: string
}

const VALUES: Record<StandingDecision['decision'], RawLabel> = { accepted: 1, rejected: 0, uncertain: -1 }

/** One entry a film that was looked at; what nobody decided on stays blank. */
export function decidedFilms(standing: readonly StandingDecision[]): DecidedFilm[] {
  const films = new Map<string, DecidedFilm>()
  for (const { label, decision, reader, at, ...film } of standing) {
    const known = films.get(film.image) ?? { ...film, labels: {}, readers: [], at }
    known.labels[label] = VALUES[decision]
    if (!known.readers.includes(reader)) known.readers.push(reader)
    if (at > known.at) known.at = at
    films.set(film.image, known)
  }
  return [...films.values()]
}

/** In the order of `LABELS`; null for what was not decided on. */
export const rawLabels = ({ labels }: Pick<DecidedFilm, 'labels'>): RawLabel[] => LABELS.map((label) => labels[label] ?? null)

export const SEX_NAMES = { M: 'Male', F: 'Female', O: 'Unknown' } as const

/** In the columns of CheXpert's label files, with who decided and when behind them; UTF-8 with a byte order mark. */
export function decisionsCsv(films: readonly DecidedFilm[]): string {
  const head = ['Path', 'Sex', 'Age', 'Frontal/Lateral', 'AP/PA', ...CHEXPERT_ORDER, 'Patient', 'Study Instance UID', 'Readers', 'Decided At']
  const rows = films.map((film) => {
    const [side, projection] = sidesOf(film.view)
    const labels = CHEXPERT_ORDER.map((label) => film.labels[label] ?? null)
    return [film.path, film.sex && SEX_NAMES[film.sex], film.age, side, projection, ...labels, film.patientId, film.studyUid, film.readers.join('; '), film.at]
  })
  return '\ufeff' + [head, ...rows].map((row) => row.map(csvCell).join(',') + '\r\n').join('')
}

/** `AP`, `LL`, `Frontal PA` as the two columns of CheXpert. */
function sidesOf(view: string): [side: string, projection: string] {
  const projection = /\b(AP|PA|LL|RL)\b/.exec(view)?.[1] ?? ''
  const lateral = /lateral|\b(LL|RL)\b/i.test(view)
  return [lateral ? 'Lateral' : 'Frontal', projection]
}
