import type { Migration } from '../migrate.ts'

/** Models, how they are calibrated, how good they are, and what they said of images. Vectors over the 14 labels are little-endian Float64 blobs in the order of `LABELS`. */
export const models: Migration = {
  version: 5,
  name: 'models',
  sql: `
    CREATE TABLE models (
      key INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      version INTEGER NOT NULL,
      architecture TEXT NOT NULL,
      head TEXT NOT NULL,
      size INTEGER NOT NULL,
      run INTEGER REFERENCES runs(key) ON DELETE SET NULL,
      dataset INTEGER REFERENCES datasets(key) ON DELETE SET NULL,
      is_default INTEGER NOT NULL DEFAULT 0,
      sample INTEGER NOT NULL DEFAULT 0,
      weights_hash TEXT NOT NULL,
      auc REAL,
      accuracy REAL,
      per_label_auc TEXT NOT NULL,
      thresholds TEXT NOT NULL,
      config TEXT,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX models_name ON models(name, version);
    CREATE INDEX models_run ON models(run);
    CREATE INDEX models_dataset ON models(dataset);
    CREATE UNIQUE INDEX models_default ON models(is_default) WHERE is_default = 1;

    -- Temperatures and thresholds of a model; the newest version serves, older ones stay for the predictions that name them.
    CREATE TABLE calibrations (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      model INTEGER NOT NULL REFERENCES models(key) ON DELETE CASCADE,
      version INTEGER NOT NULL,
      dataset_name TEXT NOT NULL,
      part TEXT NOT NULL CHECK (part = 'val' OR part = 'test'),
      images INTEGER NOT NULL,
      temperature REAL NOT NULL,
      -- JSON.
      ece TEXT NOT NULL,
      per_label TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX calibrations_version ON calibrations(model, version);

    -- What a model says of the films of a part of a split, so that nothing is predicted twice for another question.
    CREATE TABLE scorings (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      model INTEGER NOT NULL REFERENCES models(key) ON DELETE CASCADE,
      split INTEGER NOT NULL REFERENCES splits(key) ON DELETE CASCADE,
      part TEXT NOT NULL CHECK (part = 'val' OR part = 'test'),
      -- Rows of the data set, little-endian Int32; those that are missing could not be opened, or were not come to yet.
      rows BLOB NOT NULL,
      -- Float32, [rows, 14].
      logits BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX scorings_part ON scorings(model, split, part);
    CREATE INDEX scorings_split ON scorings(split);

    CREATE TABLE evaluations (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      model INTEGER NOT NULL REFERENCES models(key) ON DELETE CASCADE,
      dataset INTEGER REFERENCES datasets(key) ON DELETE SET NULL,
      split INTEGER REFERENCES splits(key) ON DELETE SET NULL,
      calibration INTEGER REFERENCES calibrations(key) ON DELETE SET NULL,
      dataset_name TEXT NOT NULL,
      part TEXT NOT NULL CHECK (part = 'val' OR part = 'test'),
      images INTEGER NOT NULL,
      auc REAL,
      created_at TEXT NOT NULL,
      -- JSON of everything said.
      result TEXT NOT NULL
    ) STRICT;
    CREATE INDEX evaluations_model ON evaluations(model, key);
    CREATE INDEX evaluations_dataset ON evaluations(dataset);
    CREATE INDEX evaluations_split ON evaluations(split);
    CREATE INDEX evaluations_calibration ON evaluations(calibration);

    CREATE TABLE predictions (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      image INTEGER NOT NULL REFERENCES images(key) ON DELETE CASCADE,
      model INTEGER NOT NULL REFERENCES models(key) ON DELETE CASCADE,
      raw BLOB NOT NULL,
      -- Null while the model was not calibrated.
      calibrated BLOB,
      calibration INTEGER REFERENCES calibrations(key) ON DELETE SET NULL,
      thresholds BLOB NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX predictions_image ON predictions(image, key);
    CREATE INDEX predictions_model ON predictions(model);
    CREATE INDEX predictions_calibration ON predictions(calibration);

    -- Apart from the scores, so that lists never read them.
    CREATE TABLE activation_maps (
      prediction INTEGER PRIMARY KEY REFERENCES predictions(key) ON DELETE CASCADE,
      height INTEGER NOT NULL,
      width INTEGER NOT NULL,
      -- Float32, [14, height, width].
      data BLOB NOT NULL
    ) STRICT;
  `,
}
