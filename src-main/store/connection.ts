import Database from 'better-sqlite3'
import { CodedError } from '#shared/errors.ts'

export type Db = Database.Database

/** How long a writer waits for another process (the app and the command line may share a library), in milliseconds. */
const BUSY_TIMEOUT = 15_000

/** Open or create the database file. WAL with synchronous NORMAL survives a kill at any moment; only a power cut may cost the last commits. */
export function openDatabase(file: string): Db {
  const db = new Database(file, { timeout: BUSY_TIMEOUT })
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    db.pragma('temp_store = MEMORY')
    db.pragma('cache_size = -32768')
    // A large import touches the same index pages again and again: 40 MB of log between checkpoints writes them less often.
    db.pragma('wal_autocheckpoint = 10000')
    return db
  } catch (error) {
    db.close()
    if (!(error instanceof Database.SqliteError) || !/NOTADB|CORRUPT/.test(error.code)) throw error
    throw new CodedError('DATABASE_CORRUPT', 'The library database cannot be read.', {
      file,
      remedy: 'Move it away and put the newest file of the backups folder beside it in its place, or start with an empty library.',
      cause: error,
    })
  }
}
