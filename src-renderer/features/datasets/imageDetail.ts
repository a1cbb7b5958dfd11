import type { DatasetImage, PatientFilm } from '../../../src-shared/domain/dataset.ts'
import { LABELS, ruleOf, target, type Label, type Policy, type RawLabel } from '../../../src-shared/domain/labels.ts'

export interface LabelLine {
  label: Label
  /** As the source says it, and as it is now. */
  raw: RawLabel
  value: RawLabel
  edited: boolean
  /** What a run is told: 0, 1 or 255 (masked). */
  target: number
  /** The policy decides what the source leaves open. */
  decided: boolean
}

/** Each label of an image: what its source says, what somebody made of it, and what a policy makes of that. */
export function labelLines({ labels, edits }: Pick<DatasetImage, 'labels' | 'edits'>, policy: Policy): LabelLine[] {
  return LABELS.map((label) => {
    const edit = edits?.[label]
    const { raw, value } = edit ?? { raw: labels[label], value: labels[label] }
    return { label, raw, value, edited: edit !== undefined, target: target(value, policy, label), decided: value === -1 || (value === null && ruleOf(policy, label).blank !== 'zeros') }
  })
}

/** Whether a policy leaves the row out. */
export const isDropped = (lines: readonly LabelLine[], policy: Policy): boolean => policy.dropWithoutPositive && !lines.some((line) => line.target === 1)

export interface TimelineStudy {
  study: string
  name: string
  date: string
  films: PatientFilm[]
}

/** Films under their studies, in the order given. */
export function timelineOf(films: readonly PatientFilm[]): TimelineStudy[] {
  const studies = new Map<string, TimelineStudy>()
  for (const film of films) {
    const study = studies.get(film.study) ?? { study: film.study, name: film.studyName, date: film.date, films: [] }
    study.films.push(film)
    studies.set(film.study, study)
  }
  return [...studies.values()]
}

/** Labels that are positive, for one line of text. */
export const positivesOf = ({ labels }: Pick<DatasetImage, 'labels'>): Label[] => LABELS.filter((label) => labels[label] === 1)

