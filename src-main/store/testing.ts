import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openDatabase } from './connection.ts'
import type { Db } from './connection.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A database as it was at a version, in a folder of its own. */
export function databaseAt(t: TestContext, version: number): { db: Db; folder: string } {
  const folder = temporaryFolder(t)
  const db = openDatabase(join(folder, 'library.db'))
  t.after(() => db.close())
  migrate(db, MIGRATIONS.slice(0, version), join(folder, 'backups'))
  return { db, folder }
}

/** Bring it to the next version, as the app would. */
export function migrateTo(version: number, { db, folder }: { db: Db; folder: string }): void {
  migrate(db, MIGRATIONS.slice(0, version), join(folder, 'backups'))
}

/** Rows that stand on each other: a data set with a patient, study, series and image. Keys are 1. */
export const LIBRARY_ROWS = `
  INSERT INTO datasets (key, name, format, root, has_files, created_at) VALUES (1, 'set', 'chexpert', '/set', 1, '2026-01-01');
  INSERT INTO patients (key, dataset, patient_id, name, birth_date) VALUES (1, 1, 'patient00001', '', '');
  INSERT INTO studies (key, study_uid, patient, dataset, origin, date, time, accession, modality, description) VALUES (1, '2.25.1', 1, 1, 'dataset', '', '', '', 'OT', 'study1');
  INSERT INTO series (key, study, series_uid, modality, description) VALUES (1, 1, '2.25.2', 'OT', '');
  INSERT INTO images (key, series, sop_uid, kind, view, laterality, lossy, transfer_syntax) VALUES (1, 1, '2.25.3', 'jpeg', 'Frontal', '', 1, '');
`

export const counts = (db: Db, ...tables: string[]): number[] => tables.map((table) => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!)
