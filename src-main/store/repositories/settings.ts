import type { Db } from '../connection.ts'

/** Small values by name, as JSON. */
export class SettingsRepository {
  readonly #get
  readonly #set

  constructor(db: Db) {
    this.#get = db.prepare<[string], string>('SELECT value FROM settings WHERE name = ?').pluck()
    this.#set = db.prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
  }

  get(name: string): unknown {
    const value = this.#get.get(name)
    return value === undefined ? undefined : (JSON.parse(value) as unknown)
  }

  set(name: string, value: unknown): void {
    this.#set.run(name, JSON.stringify(value))
  }
}
