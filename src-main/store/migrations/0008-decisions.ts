import type { Migration } from '../migrate.ts'

/** The reader's decisions, each kept for good; and what the input gate said of films that were predicted all the same. */
export const decisions: Migration = {
  version: 8,
  name: 'decisions',
  sql: `
    -- JSON; empty for predictions from before there was a gate.
    ALTER TABLE predictions ADD COLUMN gate TEXT NOT NULL DEFAULT '[]';

    CREATE TABLE decisions (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      study INTEGER NOT NULL REFERENCES studies(key) ON DELETE CASCADE,
      -- The film that was looked at; null when the study has none.
      image INTEGER REFERENCES images(key) ON DELETE CASCADE,
      label TEXT NOT NULL,
      decision TEXT NOT NULL CHECK (decision = 'accepted' OR decision = 'rejected' OR decision = 'uncertain' OR decision = 'undecided'),
      note TEXT NOT NULL,
      reader TEXT NOT NULL,
      at TEXT NOT NULL,
      -- What a model had said of it then, in words of its own: models and predictions may go. Null without a prediction.
      model TEXT,
      raw REAL,
      threshold REAL
    ) STRICT;
    CREATE INDEX decisions_study ON decisions(study, label, key);
    CREATE INDEX decisions_image ON decisions(image);
    CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions BEGIN SELECT raise(ABORT, 'decisions are only ever added'); END;
  `,
}
