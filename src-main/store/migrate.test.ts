import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { CodedError } from '#shared/errors.ts'
import { openDatabase } from './connection.ts'
import { openStore } from './index.ts'
import { migrate, versionOf } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { LIBRARY_ROWS, counts, databaseAt, migrateTo, temporaryFolder } from './testing.ts'

const coded = (code: string) => (error: unknown) => error instanceof CodedError && error.code === code

test('migrations are numbered without a gap', () => {
  assert.deepEqual(MIGRATIONS.map(({ version }) => version), MIGRATIONS.map((_, i) => i + 1))
})

test('a new database is not backed up; an old one is, before each migration, with its rows', (t) => {
  const at = databaseAt(t, 4)
  assert.equal(existsSync(join(at.folder, 'backups')), false)
  at.db.exec(LIBRARY_ROWS)
  migrateTo(6, at)
  const backups = readdirSync(join(at.folder, 'backups')).sort()
  assert.equal(backups.length, 2)
  backups.forEach((name, i) => {
    const copy = openDatabase(join(at.folder, 'backups', name))
    t.after(() => copy.close())
    assert.match(name, new RegExp(`^library-v${i + 4}-`))
    assert.deepEqual([versionOf(copy), ...counts(copy, 'images')], [i + 4, 1])
  })
  migrateTo(6, at)
  assert.equal(readdirSync(join(at.folder, 'backups')).filter((name) => name.endsWith('.db')).length, 2, 'nothing to do, nothing backed up')
})

test('a migration that fails leaves the version and the rows as they were', (t) => {
  const { db, folder } = databaseAt(t, 1)
  db.exec(LIBRARY_ROWS)
  const broken = { version: 2, name: 'broken', sql: 'CREATE TABLE half (a); DELETE FROM images; SELECT * FROM nothing' }
  assert.throws(() => migrate(db, [MIGRATIONS[0]!, broken], join(folder, 'backups')), /nothing/)
  assert.deepEqual([versionOf(db), ...counts(db, 'images')], [1, 1])
  assert.throws(() => db.exec('SELECT * FROM half'), /no such table/)
})

test('a database of a newer release is refused, named, and left alone', (t) => {
  const folder = temporaryFolder(t)
  openStore(folder).close()
  const db = openDatabase(join(folder, 'library.db'))
  db.pragma('user_version = 999')
  db.close()
  assert.throws(
    () => openStore(folder),
    (error) => coded('DATABASE_TOO_NEW')(error) && (error as CodedError).file === join(folder, 'library.db') && /newer release/.test((error as CodedError).remedy ?? ''),
  )
})

test('a file that is no database is refused with a remedy', (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'library.db'), 'this is a text, and a long one, that no database begins with')
  assert.throws(() => openStore(folder), coded('DATABASE_CORRUPT'))
})

test('the connection has WAL, foreign keys and a busy timeout; every foreign key has an index', (t) => {
  const { db } = databaseAt(t, MIGRATIONS.length)
  const pragma = (name: string) => db.pragma(name, { simple: true })
  assert.deepEqual([pragma('journal_mode'), pragma('foreign_keys'), pragma('synchronous')], ['wal', 1, 1])
  assert.ok((pragma('busy_timeout') as number) >= 5000)
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck().all()
  let keys = 0
  for (const table of tables) {
    const indexed = db
      .prepare<[string], string>('SELECT x.name FROM pragma_index_list(?) l, pragma_index_info(l.name) x WHERE x.seqno = 0')
      .pluck()
      .all(table)
    const primary = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk = 1').pluck().all(table)
    for (const { from } of db.prepare<[string], { from: string }>('SELECT "from" FROM pragma_foreign_key_list(?)').all(table)) {
      keys++
      assert.ok([...indexed, ...primary].includes(from), `${table}.${from} has no index`)
    }
  }
  assert.ok(keys >= 20)
})
