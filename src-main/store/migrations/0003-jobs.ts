import type { Migration } from '../migrate.ts'

/** Jobs with what they skipped, the access log, settings. */
export const jobs: Migration = {
  version: 3,
  name: 'jobs',
  sql: `
    CREATE TABLE jobs (
      key INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      title TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state = 'queued' OR state = 'running' OR state = 'cancelled' OR state = 'failed' OR state = 'finished' OR state = 'interrupted'),
      -- JSON of what it was asked, from which it is resumed.
      input TEXT NOT NULL,
      resumable INTEGER NOT NULL,
      -- Process that runs it; a job of a process that is gone was interrupted.
      pid INTEGER NOT NULL,
      done INTEGER NOT NULL DEFAULT 0,
      total INTEGER NOT NULL DEFAULT 0,
      result TEXT,
      error TEXT,
      started_at TEXT NOT NULL,
      ended_at TEXT
    ) STRICT;

    CREATE TABLE job_skips (
      key INTEGER PRIMARY KEY,
      job INTEGER NOT NULL REFERENCES jobs(key) ON DELETE CASCADE,
      path TEXT NOT NULL,
      code TEXT NOT NULL,
      message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX job_skips_job ON job_skips(job);

    CREATE TABLE audit (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      at TEXT NOT NULL,
      action TEXT NOT NULL,
      -- Id of what was acted on.
      subject TEXT NOT NULL,
      detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_subject ON audit(subject);

    CREATE TABLE settings (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
}
