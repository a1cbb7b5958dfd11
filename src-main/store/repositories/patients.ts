import type { Db } from '../connection.ts'

export interface NewPatient {
  /** Key of the data set whose patient it is, null for the library's own. */
  dataset: number | null
  patientId: string
  /** PN. */
  name: string
  /** DA or empty. */
  birthDate: string
  sex: 'M' | 'F' | 'O' | null
}

/** Who was imaged; two records are one person when id, name and birth date agree within the library or within one data set. */
export class PatientsRepository {
  readonly #find
  readonly #insert
  readonly #prune

  constructor(db: Db) {
    this.#find = db
      .prepare<[string, number, string, string], number>(
        'SELECT key FROM patients WHERE patient_id = ? AND coalesce(dataset, 0) = ? AND name = ? AND birth_date = ?',
      )
      .pluck()
    this.#insert = db.prepare('INSERT INTO patients (patient_id, dataset, name, birth_date, sex) VALUES (?, ?, ?, ?, ?)')
    this.#prune = db.prepare('DELETE FROM patients WHERE dataset IS NULL AND NOT EXISTS (SELECT 1 FROM studies WHERE patient = patients.key)')
  }

  /** Key of the patient, made when new. */
  ensure(patient: NewPatient): number {
    const { patientId, dataset, name, birthDate, sex } = patient
    const found = this.#find.get(patientId, dataset ?? 0, name, birthDate)
    return found ?? Number(this.#insert.run(patientId, dataset, name, birthDate, sex).lastInsertRowid)
  }

  /** Forget patients who have no study left. */
  prune(): void {
    this.#prune.run()
  }
}
