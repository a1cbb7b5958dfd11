import { LABEL_COLUMNS } from '../labelColumns.ts'
import type { Migration } from '../migrate.ts'

const mask = (value: number): string => LABEL_COLUMNS.map((column, bit) => `((${column} IS ${value}) << ${bit})`).join(' | ')

/**
 * Rows of data sets and their labels. A label keeps the raw value of its source (1, 0, -1, null); policies are applied when it is read.
 * Checks are spelt with BETWEEN and OR: IN builds a table at every insert, which tripled the time of an import.
 * The masks are derived by SQLite itself, one bit a label, so that every count of the set is one scan of a covering index.
 */
export const datasets: Migration = {
  version: 2,
  name: 'datasets',
  sql: `
    CREATE TABLE dataset_images (
      key INTEGER PRIMARY KEY,
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      -- Zero-based place in the set; splits and packs follow this order.
      row INTEGER NOT NULL,
      image INTEGER NOT NULL REFERENCES images(key) ON DELETE CASCADE,
      -- As the label file spells it.
      path TEXT NOT NULL,
      -- Which part the set's own files put it in, null when they do not say.
      part TEXT CHECK (part = 'train' OR part = 'val' OR part = 'test'),
      patient TEXT NOT NULL,
      sex TEXT NOT NULL,
      age REAL,
      view TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX dataset_images_row ON dataset_images(dataset, row);
    CREATE UNIQUE INDEX dataset_images_path ON dataset_images(dataset, path);
    CREATE UNIQUE INDEX dataset_images_image ON dataset_images(image);
    CREATE INDEX dataset_images_patient ON dataset_images(dataset, patient, row);
    CREATE INDEX dataset_images_age ON dataset_images(dataset, age, row);
    CREATE INDEX dataset_images_sex ON dataset_images(dataset, sex, row);
    CREATE INDEX dataset_images_view ON dataset_images(dataset, view, row);

    CREATE TABLE labels (
      key INTEGER PRIMARY KEY REFERENCES dataset_images(key) ON DELETE CASCADE,
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      ${LABEL_COLUMNS.map((column) => `${column} INTEGER CHECK (${column} BETWEEN -1 AND 1)`).join(',\n      ')},
      positive INTEGER NOT NULL GENERATED ALWAYS AS (${mask(1)}) STORED,
      negative INTEGER NOT NULL GENERATED ALWAYS AS (${mask(0)}) STORED,
      uncertain INTEGER NOT NULL GENERATED ALWAYS AS (${mask(-1)}) STORED
    ) STRICT;
    CREATE INDEX labels_masks ON labels(dataset, positive, negative, uncertain);

    CREATE TABLE splits (
      key INTEGER PRIMARY KEY,
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      kind TEXT NOT NULL CHECK (kind = 'patient' OR kind = 'image' OR kind = 'file'),
      preset TEXT,
      seed INTEGER NOT NULL,
      ratios TEXT NOT NULL,
      -- Label policy that chose the rows, and how many rows the set had: a grown set is divided anew.
      policy TEXT NOT NULL,
      images INTEGER NOT NULL,
      train INTEGER NOT NULL,
      val INTEGER NOT NULL,
      test INTEGER NOT NULL,
      leakage_patients REAL NOT NULL,
      leakage_studies REAL NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX splits_dataset ON splits(dataset);

    CREATE TABLE split_parts (
      split INTEGER NOT NULL REFERENCES splits(key) ON DELETE CASCADE,
      image INTEGER NOT NULL REFERENCES dataset_images(key) ON DELETE CASCADE,
      part INTEGER NOT NULL CHECK (part BETWEEN 0 AND 2),
      PRIMARY KEY (split, image)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX split_parts_image ON split_parts(image);

    CREATE TABLE dataset_skips (
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      path TEXT NOT NULL,
      code TEXT NOT NULL,
      message TEXT NOT NULL,
      PRIMARY KEY (dataset, path)
    ) STRICT, WITHOUT ROWID;
  `,
}
