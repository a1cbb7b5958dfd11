import type { StudyRow, StudyStatus } from '#shared/domain/study.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { Db } from '../connection.ts'
import { keyOf, toId, unknown } from '../ids.ts'
import { toVector } from '../vectors.ts'

export interface NewStudy {
  studyUid: string
  /** Key. */
  patient: number
  /** Key of the data set, null for the library's own. */
  dataset: number | null
  origin: StudyRow['origin']
  date: string
  time: string
  accession: string
  modality: string
  description: string
  age: number | null
}

export interface StudyQuery {
  search: string
  origin: 'library' | 'dataset' | 'all'
  status?: StudyStatus | undefined
  modality?: string | undefined
  sort: 'date' | 'patientName' | 'patientId' | 'description' | 'images' | 'status'
  descending: boolean
  offset: number
  limit: number
}

/** A study for the main process: with its keys. */
export interface StoredStudy extends StudyRow {
  key: number
  patient: number
}

interface Row {
  key: number
  study_uid: string
  patient: number
  patient_id: string
  name: string
  sex: StudyRow['sex']
  age: number | null
  date: string
  modality: string
  description: string
  status: StudyStatus
  origin: StudyRow['origin']
  images: number
  cover: number | null
}

const IMAGES = 'SELECT count(*) FROM series se JOIN images i ON i.series = se.key WHERE se.study = s.key'
const SELECT = `
  SELECT s.key, s.study_uid, s.patient, p.patient_id, p.name, p.sex, s.age, s.date, s.modality, s.description, s.status, s.origin,
    (${IMAGES}) AS images,
    (SELECT i.key FROM series se JOIN images i ON i.series = se.key WHERE se.study = s.key ORDER BY se.number, se.key, i.number, i.key LIMIT 1) AS cover
  FROM studies s JOIN patients p ON p.key = s.patient`

const SORTS: Record<StudyQuery['sort'], string> = {
  date: 's.date',
  patientName: 'p.name COLLATE NOCASE',
  patientId: 'p.patient_id COLLATE NOCASE',
  description: 's.description COLLATE NOCASE',
  images: `(${IMAGES})`,
  status: "instr('new predicted reviewed reported', s.status)",
}

/** Of each of some studies (keys, as JSON) its newest prediction: beside max() SQLite answers the columns of that row. */
const NEWEST = `
  SELECT se.study, max(pr.key), pr.raw, pr.calibrated, pr.thresholds
  FROM json_each(?) asked JOIN series se ON se.study = asked.value JOIN images i ON i.series = se.key JOIN predictions pr ON pr.image = i.key
  GROUP BY se.study`

interface Newest {
  study: number
  raw: Buffer
  calibrated: Buffer | null
  thresholds: Buffer
}

const STATUSES: readonly StudyStatus[] = ['new', 'predicted', 'reviewed', 'reported']

export class StudiesRepository {
  readonly #db
  readonly #find
  readonly #findOfPatient
  readonly #insert
  readonly #byKey
  readonly #byKeys
  readonly #byUid
  readonly #byUidInSets
  readonly #priors
  readonly #advance
  readonly #remove
  readonly #newest

  constructor(db: Db) {
    this.#db = db
    this.#find = db.prepare<[string], number>('SELECT key FROM studies WHERE study_uid = ? AND dataset IS NULL').pluck()
    this.#findOfPatient = db.prepare<[number, string], number>('SELECT key FROM studies WHERE patient = ? AND study_uid = ?').pluck()
    this.#insert = db.prepare(`
      INSERT INTO studies (study_uid, patient, dataset, origin, date, time, accession, modality, description, age)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#byKey = db.prepare<[number], Row>(`${SELECT} WHERE s.key = ?`)
    this.#byUid = db.prepare<[string], Row>(`${SELECT} WHERE s.study_uid = ? AND s.dataset IS NULL`)
    // No index serves it: some tens of milliseconds for the largest sets, and only where a study of a data set is named by its UID.
    this.#byUidInSets = db.prepare<[string], Row>(`${SELECT} WHERE s.study_uid = ? AND s.dataset IS NOT NULL LIMIT 1`)
    this.#priors = db.prepare<[number, number], Row>(`${SELECT} WHERE s.patient = ? AND s.key <> ? ORDER BY s.date DESC, s.description DESC LIMIT 200`)
    this.#advance = db.prepare('UPDATE studies SET status = ? WHERE key = ? AND instr(?, status) > 0')
    this.#remove = db.prepare('DELETE FROM studies WHERE key = ?')
    this.#byKeys = db.prepare<[string], Row>(`${SELECT} WHERE s.key IN (SELECT value FROM json_each(?))`)
    this.#newest = db.prepare<[string], Newest>(NEWEST)
  }

  /** Of the library's own, by its UID. */
  find(studyUid: string): number | undefined {
    return this.#find.get(studyUid)
  }

  /** Of a patient (key), by its UID; in a data set that is the only way to it. */
  findOfPatient(patient: number, studyUid: string): number | undefined {
    return this.#findOfPatient.get(patient, studyUid)
  }

  insert(study: NewStudy): number {
    const { studyUid, patient, dataset, origin, date, time, accession, modality, description, age } = study
    return Number(this.#insert.run(studyUid, patient, dataset, origin, date, time, accession, modality, description, age).lastInsertRowid)
  }

  /**
   * @param id our id or a StudyInstanceUID; a study of the library goes before one of a data set
   * @throws NOT_FOUND
   */
  get(id: string): StoredStudy {
    const key = keyOf('st', id)
    const row = key === null ? (this.#byUid.get(id) ?? this.#byUidInSets.get(id)) : this.#byKey.get(key)
    return row ? this.#toStudies([row])[0]! : unknown('st', id)
  }

  list(query: StudyQuery): { total: number; rows: StudyRow[] } {
    const { where, values } = conditions(query)
    const total = this.#db.prepare<unknown[], number>(`SELECT count(*) FROM studies s JOIN patients p ON p.key = s.patient ${where}`).pluck().get(...values) ?? 0
    const direction = query.descending ? 'DESC' : 'ASC'
    // Keys first: what a row shows besides is counted for the rows of the page only.
    const keys = this.#db
      .prepare<unknown[], number>(`SELECT s.key FROM studies s JOIN patients p ON p.key = s.patient ${where} ORDER BY ${SORTS[query.sort]} ${direction}, s.key ${direction} LIMIT ? OFFSET ?`)
      .pluck()
      .all(...values, query.limit, query.offset)
    const found = new Map(this.#toStudies(this.#byKeys.all(JSON.stringify(keys))).map((study) => [study.key, study]))
    return { total, rows: keys.map((key) => publicStudy(found.get(key)!)) }
  }

  /** Other studies of the patient, newest first. */
  priors(study: StoredStudy): StudyRow[] {
    return this.#toStudies(this.#priors.all(study.patient, study.key)).map(publicStudy)
  }

  /** Move the study on to a status; it never moves back. */
  advance(key: number, status: StudyStatus): void {
    this.#advance.run(status, key, STATUSES.slice(0, STATUSES.indexOf(status)).join(' '))
  }

  remove(key: number): boolean {
    return this.#remove.run(key).changes > 0
  }

  isEmpty(): boolean {
    return this.#db.prepare('SELECT 1 FROM studies LIMIT 1').get() === undefined
  }

  /** Keys of the studies that came with the app. */
  samples(): number[] {
    return this.#db.prepare<[], number>("SELECT key FROM studies WHERE origin = 'sample' AND dataset IS NULL").pluck().all()
  }

  /** With their findings, by one query for all. */
  #toStudies(rows: readonly Row[]): StoredStudy[] {
    const predicted = rows.filter(({ status }) => status !== 'new').map(({ key }) => key)
    const newest = predicted.length ? this.#newest.all(JSON.stringify(predicted)) : []
    const findings = new Map(newest.map((prediction) => [prediction.study, findingsOf(prediction)]))
    return rows.map((row) => toStudy(row, findings.get(row.key) ?? []))
  }
}

function toStudy(row: Row, findings: StudyRow['findings']): StoredStudy {
  const { key, patient, study_uid, patient_id, name, sex, age, date, modality, description, status, origin, images, cover } = row
  return {
    key,
    patient,
    id: toId('st', key),
    studyInstanceUid: study_uid,
    patientId: patient_id,
    patientName: name,
    sex,
    age,
    date,
    modality,
    description,
    images,
    status,
    origin,
    coverImage: cover === null ? null : toId('im', cover),
    findings,
  }
}

/** Labels over their threshold, most probable first. */
function findingsOf(newest: Newest): StudyRow['findings'] {
  const scores = toVector(newest.calibrated ?? newest.raw)
  const raw = toVector(newest.raw)
  const thresholds = toVector(newest.thresholds)
  return LABELS.flatMap((label, i) => (raw[i]! >= thresholds[i]! ? [{ label, probability: scores[i]! }] : [])).sort((a, b) => b.probability - a.probability)
}

/** What a page may see: all but the keys. */
export function publicStudy({ key: _key, patient: _patient, ...study }: StoredStudy): StudyRow {
  return study
}

function conditions(query: StudyQuery): { where: string; values: unknown[] } {
  const terms: string[] = []
  const values: unknown[] = []
  const add = (term: string, ...of: unknown[]): void => {
    terms.push(term)
    values.push(...of)
  }
  if (query.origin === 'library') add("s.origin IN ('opened', 'sample')")
  if (query.origin === 'dataset') add("s.origin = 'dataset'")
  if (query.status) add('s.status = ?', query.status)
  if (query.modality) add('s.modality = ?', query.modality)
  for (const word of query.search.split(/\s+/).filter(Boolean)) {
    add("(p.name || ' ' || p.patient_id || ' ' || s.description || ' ' || s.date || ' ' || s.accession || ' ' || s.study_uid) LIKE ? ESCAPE '\\'", like(word))
  }
  return { where: terms.length ? `WHERE ${terms.join(' AND ')}` : '', values }
}

/** A LIKE pattern for text that contains the word as it stands. */
export const like = (word: string): string => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`
