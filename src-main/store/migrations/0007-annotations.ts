import type { Migration } from '../migrate.ts'

/** What readers draw on films. */
export const annotations: Migration = {
  version: 7,
  name: 'annotations',
  sql: `
    CREATE TABLE annotations (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      image INTEGER NOT NULL REFERENCES images(key) ON DELETE CASCADE,
      frame INTEGER NOT NULL,
      kind TEXT NOT NULL,
      points TEXT NOT NULL,
      text TEXT NOT NULL,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX annotations_image ON annotations(image);
  `,
}
