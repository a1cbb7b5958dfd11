import type { DecisionEntry } from '#shared/domain/decision.ts'
import type { Label } from '#shared/domain/labels.ts'
import type { Decision } from '#shared/domain/report.ts'
import type { Db } from '../connection.ts'
import { requireKey, toId } from '../ids.ts'

export interface NewDecision extends Omit<DecisionEntry, 'at'> {
  /** Ids; `image` is the film that was looked at. */
  study: string
  image: string | null
}

/** The word that stands on a label, with the film and the patient it is about. */
export interface StandingDecision {
  /** Ids. */
  study: string
  image: string
  label: Label
  decision: Exclude<Decision, 'undecided'>
  reader: string
  at: string
  studyUid: string
  patientId: string
  sex: 'M' | 'F' | 'O' | null
  age: number | null
  view: string
  /** Null where only the labels of the film were imported. */
  path: string | null
}

type Row = Pick<DecisionEntry, 'label' | 'decision' | 'note' | 'reader' | 'at'> & { model: string | null; raw: number; threshold: number }
type StandingRow = Omit<StandingDecision, 'study' | 'image'> & { study: number; image: number }

/** Words of readers: only ever added; the newest of a label of a study stands. */
export class DecisionsRepository {
  readonly #db
  readonly #insert
  readonly #ofStudy
  readonly #standing

  constructor(db: Db) {
    this.#db = db
    this.#insert = db.prepare('INSERT INTO decisions (study, image, label, decision, note, reader, at, model, raw, threshold) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#ofStudy = db.prepare<[number], Row>('SELECT label, decision, note, reader, at, model, raw, threshold FROM decisions WHERE study = ? ORDER BY key DESC')
    this.#standing = db.prepare<[], StandingRow>(`
      SELECT d.study, d.image, d.label, d.decision, d.reader, d.at, s.study_uid AS studyUid, p.patient_id AS patientId, p.sex, s.age, i.view, i.path
      FROM decisions d JOIN studies s ON s.key = d.study JOIN patients p ON p.key = s.patient JOIN images i ON i.key = d.image
      WHERE d.key = (SELECT max(key) FROM decisions WHERE study = d.study AND label = d.label) AND d.decision <> 'undecided'
      ORDER BY d.study, d.key`)
  }

  /** All or none. */
  add(decisions: readonly NewDecision[]): void {
    const at = new Date().toISOString()
    this.#db
      .transaction(() => {
        for (const { study, image, label, decision, note, reader, model } of decisions) {
          this.#insert.run(requireKey('st', study), image === null ? null : requireKey('im', image), label, decision, note, reader, at, model?.name ?? null, model?.raw ?? null, model?.threshold ?? null)
        }
      })
      .immediate()
  }

  /** Every word on a study, newest first. */
  ofStudy(study: string): DecisionEntry[] {
    return this.#ofStudy.all(requireKey('st', study)).map(({ model, raw, threshold, ...said }) => ({ ...said, model: model === null ? null : { name: model, raw, threshold } }))
  }

  /** What stands now of all studies, those of one study together. */
  standing(): StandingDecision[] {
    return this.#standing.all().map((row) => ({ ...row, study: toId('st', row.study), image: toId('im', row.image) }))
  }
}
