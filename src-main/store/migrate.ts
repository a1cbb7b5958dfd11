import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import type { Db } from './connection.ts'

export interface Migration {
  /** One more than the version it starts from. */
  version: number
  name: string
  sql: string
}

export const versionOf = (db: Db): number => db.pragma('user_version', { simple: true }) as number

/**
 * Bring the database to the newest version, one transaction a migration, each after a backup when there is something to lose.
 * @throws DATABASE_TOO_NEW when a later release of the app wrote it
 */
export function migrate(db: Db, migrations: readonly Migration[], backups: string): void {
  const newest = migrations.at(-1)?.version ?? 0
  refuseNewer(db, newest)
  const existed = versionOf(db) > 0
  for (const migration of migrations) {
    if (migration.version <= versionOf(db)) continue
    if (existed) backup(db, backups)
    db.transaction(() => {
      // Another process may have migrated while this one waited for the lock.
      if (versionOf(db) >= migration.version) return
      db.exec(migration.sql)
      db.pragma(`user_version = ${migration.version}`)
    }).immediate()
  }
}

function refuseNewer(db: Db, newest: number): void {
  const version = versionOf(db)
  if (version <= newest) return
  throw new CodedError('DATABASE_TOO_NEW', `This library is of version ${version}; this release of the app reads up to version ${newest}.`, {
    file: db.name,
    remedy: 'Install the newer release, choose another data folder, or put a file of the backups folder back in its place.',
  })
}

/** A complete copy, visible under its name only once it is on disk. */
function backup(db: Db, folder: string): void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `library-v${versionOf(db)}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.db`)
  const temporary = `${file}.tmp`
  rmSync(temporary, { force: true })
  db.prepare('VACUUM INTO ?').run(temporary)
  const handle = openSync(temporary, 'r+')
  fsyncSync(handle)
  closeSync(handle)
  renameSync(temporary, file)
}
