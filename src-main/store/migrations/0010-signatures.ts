import type { Migration } from '../migrate.ts'

/** Who signed a version of a report, and which version an addendum adds to. What was signed never changes. */
export const signatures: Migration = {
  version: 10,
  name: 'signatures',
  sql: `
    ALTER TABLE reports ADD COLUMN signed_by TEXT;
    ALTER TABLE reports ADD COLUMN signed_at TEXT;
    ALTER TABLE reports ADD COLUMN addendum_to INTEGER;

    -- The prediction is not among them: when it goes, its key goes from the report too.
    CREATE TRIGGER reports_signed BEFORE UPDATE OF study, version, findings, text, impression, key_images, signed_by, signed_at, addendum_to, created_at, updated_at ON reports
    WHEN OLD.signed_at IS NOT NULL BEGIN SELECT raise(ABORT, 'a signed report stays as it is'); END;
  `,
}
