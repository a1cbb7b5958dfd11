import type { Migration } from '../migrate.ts'

/** Value of a label's bit in masks: 1, 0, -1 or null. */
const valueIn = (masks: string): string =>
  `(CASE WHEN (${masks}.positive >> new.label) & 1 THEN 1 WHEN (${masks}.negative >> new.label) & 1 THEN 0 WHEN (${masks}.uncertain >> new.label) & 1 THEN -1 END)`

const withBit = (mask: string, is: string): string => `(${mask} & ~(1 << new.label)) | ((${is}) << new.label)`

/**
 * Labels that people changed. Table `labels` keeps what the source said; every change of a cell is added to `label_edits` and never altered, and a trigger
 * keeps in `edited_labels` what stands: of each image the labels whose newest value is not the source's, as masks of one bit a label.
 * The columns of the browser (0009) hold both readings, which are one until something is edited.
 */
export const labelEdits: Migration = {
  version: 12,
  name: 'label-edits',
  sql: `
    -- What somebody did at once, to one image or to many.
    CREATE TABLE label_changes (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      at TEXT NOT NULL,
      editor TEXT NOT NULL,
      why TEXT NOT NULL,
      -- JSON: the value that each label got; empty where they got several.
      asked TEXT NOT NULL,
      -- Key of the change that this one takes back.
      undoes INTEGER,
      -- What it has changed.
      images INTEGER NOT NULL DEFAULT 0,
      cells INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX label_changes_dataset ON label_changes(dataset, key);
    CREATE INDEX label_changes_undoes ON label_changes(undoes) WHERE undoes IS NOT NULL;

    CREATE TABLE label_edits (
      change INTEGER NOT NULL REFERENCES label_changes(key) ON DELETE CASCADE,
      image INTEGER NOT NULL REFERENCES dataset_images(key) ON DELETE CASCADE,
      -- Its place among the labels.
      label INTEGER NOT NULL CHECK (label BETWEEN 0 AND 13),
      was INTEGER CHECK (was BETWEEN -1 AND 1),
      value INTEGER CHECK (value BETWEEN -1 AND 1),
      PRIMARY KEY (change, image, label)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX label_edits_image ON label_edits(image, label, change);
    CREATE TRIGGER label_edits_stay BEFORE UPDATE ON label_edits BEGIN SELECT raise(ABORT, 'edits are only ever added'); END;

    CREATE TABLE edited_labels (
      key INTEGER PRIMARY KEY REFERENCES dataset_images(key) ON DELETE CASCADE,
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      -- Labels that differ from the source's; the others' bits in the masks say nothing.
      edited INTEGER NOT NULL,
      positive INTEGER NOT NULL,
      negative INTEGER NOT NULL,
      uncertain INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX edited_labels_dataset ON edited_labels(dataset, edited);

    CREATE TRIGGER label_edits_stand AFTER INSERT ON label_edits BEGIN
      INSERT INTO edited_labels (key, dataset, edited, positive, negative, uncertain) SELECT key, dataset, 0, 0, 0, 0 FROM labels WHERE key = new.image ON CONFLICT DO NOTHING;
      UPDATE edited_labels SET
        edited = ${withBit('edited', `(SELECT ${valueIn('l')} FROM labels l WHERE l.key = new.image) IS NOT new.value`)},
        positive = ${withBit('positive', 'new.value IS 1')},
        negative = ${withBit('negative', 'new.value IS 0')},
        uncertain = ${withBit('uncertain', 'new.value IS -1')}
      WHERE key = new.image;
      UPDATE edited_labels SET positive = positive & edited, negative = negative & edited, uncertain = uncertain & edited WHERE key = new.image;
      DELETE FROM edited_labels WHERE key = new.image AND edited = 0;
      INSERT INTO dataset_changes (dataset, row) SELECT dataset, row FROM dataset_images WHERE key = new.image;
    END;

    INSERT INTO dataset_columns (dataset, generation, name, chunk, note, data)
      SELECT dataset, generation, 'raw-' || name, chunk, note, data FROM dataset_columns WHERE name IN ('positive', 'negative', 'uncertain');

    -- How a data set's labels are to be read in training, as JSON; null until somebody chose.
    ALTER TABLE datasets ADD COLUMN policy TEXT;
    -- Hash of the labels that chose the rows of a split, empty where the source's own did (or none were asked).
    ALTER TABLE splits ADD COLUMN labels TEXT NOT NULL DEFAULT '';
    -- The labels that a run learned from, as JSON: their hash and how many were edited.
    ALTER TABLE runs ADD COLUMN labels TEXT;
  `,
}
