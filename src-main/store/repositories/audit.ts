import type { Db } from '../connection.ts'

export interface AuditEntry {
  at: string
  action: string
  /** Id of what was acted on. */
  subject: string
  /** Never patient data. */
  detail: Record<string, string | number | boolean | null>
}

/** Who did what: entries are only ever added. */
export class AuditRepository {
  readonly #insert
  readonly #list

  constructor(db: Db) {
    this.#insert = db.prepare('INSERT INTO audit (at, action, subject, detail) VALUES (?, ?, ?, ?)')
    this.#list = db.prepare<[number], Omit<AuditEntry, 'detail'> & { detail: string }>('SELECT at, action, subject, detail FROM audit ORDER BY key DESC LIMIT ?')
  }

  add(action: string, subject: string, detail: AuditEntry['detail'] = {}): void {
    this.#insert.run(new Date().toISOString(), action, subject, JSON.stringify(detail))
  }

  /** Newest first. */
  list(limit = 1000): AuditEntry[] {
    return this.#list.all(limit).map((entry) => ({ ...entry, detail: JSON.parse(entry.detail) as AuditEntry['detail'] }))
  }
}
