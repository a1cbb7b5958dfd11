import type { Report } from '#shared/domain/report.ts'
import type { Db } from '../connection.ts'
import { requireKey, toId, unknown } from '../ids.ts'

interface Row {
  key: number
  study: number
  version: number
  findings: string
  text: string
  impression: string
  key_images: string
  prediction: number | null
  signed_by: string | null
  signed_at: string | null
  addendum_to: number | null
  created_at: string
  updated_at: string
}

export interface ReportListRow extends Report {
  patientName: string
  patientId: string
  studyDate: string
  description: string
}

export class ReportsRepository {
  readonly #db
  readonly #insert
  readonly #byKey
  readonly #ofStudy
  readonly #list
  readonly #sign

  constructor(db: Db) {
    this.#db = db
    this.#insert = db.prepare(`
      INSERT INTO reports (study, version, findings, text, impression, key_images, prediction, addendum_to, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#sign = db.prepare('UPDATE reports SET signed_by = ?, signed_at = ? WHERE key = ? AND signed_at IS NULL')
    this.#byKey = db.prepare<[number], Row>('SELECT * FROM reports WHERE key = ?')
    this.#ofStudy = db.prepare<[number], Row>('SELECT * FROM reports WHERE study = ? ORDER BY version DESC')
    this.#list = db.prepare<[], Row & { name: string; patient_id: string; date: string; description: string }>(`
      SELECT r.*, p.name, p.patient_id, s.date, s.description
      FROM reports r JOIN studies s ON s.key = r.study JOIN patients p ON p.key = s.patient
      WHERE r.version = (SELECT max(version) FROM reports WHERE study = r.study) ORDER BY r.updated_at DESC`)
  }

  /** The next version of the study's report; versions before it stay as they are. */
  save(report: Omit<Report, 'id' | 'version' | 'createdAt' | 'updatedAt' | 'signedBy' | 'signedAt'>): Report {
    const study = requireKey('st', report.study)
    const now = new Date().toISOString()
    const key = this.#db
      .transaction(() => {
        const last = this.#ofStudy.get(study)
        const prediction = report.prediction === null ? null : requireKey('pr', report.prediction)
        const texts = [JSON.stringify(report.findings), report.text, report.impression, JSON.stringify(report.keyImages)]
        return Number(this.#insert.run(study, (last?.version ?? 0) + 1, ...texts, prediction, report.addendumTo, last?.created_at ?? now, now).lastInsertRowid)
      })
      .immediate()
    return toReport(this.#byKey.get(key)!)
  }

  /** Whether it was open until now. */
  sign(id: string, by: string): boolean {
    return this.#sign.run(by, new Date().toISOString(), requireKey('rp', id)).changes === 1
  }

  /** @throws NOT_FOUND */
  get(id: string): Report {
    const row = this.#byKey.get(requireKey('rp', id))
    return row ? toReport(row) : unknown('rp', id)
  }

  newest(study: string): Report | null {
    const row = this.#ofStudy.get(requireKey('st', study))
    return row ? toReport(row) : null
  }

  /** Newest version of each study, newest first. */
  list(): ReportListRow[] {
    return this.#list
      .all()
      .map((row) => ({ ...toReport(row), patientName: row.name, patientId: row.patient_id, studyDate: row.date, description: row.description }))
  }
}

function toReport(row: Row): Report {
  return {
    id: toId('rp', row.key),
    study: toId('st', row.study),
    version: row.version,
    findings: JSON.parse(row.findings) as Report['findings'],
    text: row.text,
    impression: row.impression,
    keyImages: JSON.parse(row.key_images) as Report['keyImages'],
    prediction: row.prediction === null ? null : toId('pr', row.prediction),
    signedBy: row.signed_by,
    signedAt: row.signed_at,
    addendumTo: row.addendum_to,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
