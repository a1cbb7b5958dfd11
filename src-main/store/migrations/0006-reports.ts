import type { Migration } from '../migrate.ts'

/** Reports; saving makes a new version, old ones stay. */
export const reports: Migration = {
  version: 6,
  name: 'reports',
  sql: `
    CREATE TABLE reports (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      study INTEGER NOT NULL REFERENCES studies(key) ON DELETE CASCADE,
      version INTEGER NOT NULL,
      findings TEXT NOT NULL,
      text TEXT NOT NULL,
      impression TEXT NOT NULL,
      key_images TEXT NOT NULL,
      prediction INTEGER REFERENCES predictions(key) ON DELETE SET NULL,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX reports_version ON reports(study, version);
    CREATE INDEX reports_prediction ON reports(prediction);
  `,
}
