import type { Migration } from '../migrate.ts'

/**
 * What films are like, what is doubtful about them, and what was decided. Measures hang on the film and go when its file changes; findings are those of
 * the last check of a set; decisions are only ever added, the newest of a row stands.
 */
export const quality: Migration = {
  version: 13,
  name: 'quality',
  sql: `
    CREATE TABLE film_measures (
      image INTEGER PRIMARY KEY REFERENCES images(key) ON DELETE CASCADE,
      width INTEGER,
      height INTEGER,
      -- Digest of the stored samples (16 bytes), perceptual hash (8) and low frequencies (64).
      pixels BLOB,
      hash BLOB,
      frequencies BLOB,
      mean REAL,
      deviation REAL,
      -- To the mean frontal film, and of the left half to the right one.
      likeness REAL,
      symmetry REAL,
      -- What the header calls lateral, else empty.
      lateral TEXT,
      error_code TEXT,
      error_message TEXT,
      CHECK ((error_code IS NULL) = (hash IS NOT NULL))
    ) STRICT;
    CREATE TRIGGER film_moved AFTER UPDATE OF path ON images WHEN old.path IS NOT new.path BEGIN
      DELETE FROM film_measures WHERE image = new.key;
    END;

    -- Films moved so that duplicates lie in one part; null for a split that was made otherwise.
    ALTER TABLE splits ADD COLUMN moved INTEGER;

    CREATE TABLE quality_checks (
      dataset INTEGER PRIMARY KEY REFERENCES datasets(key) ON DELETE CASCADE,
      rows INTEGER NOT NULL,
      at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE quality_findings (
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      -- Place in QUALITY_REASONS.
      reason INTEGER NOT NULL,
      row INTEGER NOT NULL,
      figure REAL,
      threshold REAL,
      words TEXT NOT NULL,
      -- Row of the film it is most like, and first row of the group.
      twin INTEGER,
      cluster INTEGER,
      PRIMARY KEY (dataset, reason, row)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX quality_clusters ON quality_findings(dataset, cluster, row) WHERE cluster IS NOT NULL;

    CREATE TABLE quality_words (
      key INTEGER PRIMARY KEY,
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      choice TEXT NOT NULL CHECK (choice = 'exclude' OR choice = 'keep' OR choice = 'open'),
      note TEXT NOT NULL,
      reader TEXT NOT NULL,
      at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX quality_words_dataset ON quality_words(dataset);
    CREATE TABLE quality_word_rows (
      word INTEGER NOT NULL REFERENCES quality_words(key) ON DELETE CASCADE,
      row INTEGER NOT NULL,
      PRIMARY KEY (word, row)
    ) STRICT, WITHOUT ROWID;
    -- What stands; derived from the words.
    CREATE TABLE quality_choices (
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      row INTEGER NOT NULL,
      choice TEXT NOT NULL CHECK (choice = 'exclude' OR choice = 'keep'),
      PRIMARY KEY (dataset, row)
    ) STRICT, WITHOUT ROWID;
  `,
}
