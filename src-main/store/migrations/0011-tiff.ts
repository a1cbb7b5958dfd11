import type { Migration } from '../migrate.ts'

/** A film may be a TIFF. SQLite cannot change a CHECK; a column that replaces the old one needs no new table under all that refers to it. */
export const tiff: Migration = {
  version: 11,
  name: 'tiff',
  sql: `
    ALTER TABLE images ADD COLUMN format TEXT NOT NULL DEFAULT 'dicom' CHECK (format = 'dicom' OR format = 'jpeg' OR format = 'png' OR format = 'tiff');
    UPDATE images SET format = kind;
    ALTER TABLE images DROP COLUMN kind;
    ALTER TABLE images RENAME COLUMN format TO kind;
  `,
}
