import type { Migration } from '../migrate.ts'

/** Models, and what they said of images. Vectors over the 14 labels are little-endian Float64 blobs in the order of `LABELS`. */
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

    CREATE TABLE predictions (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      image INTEGER NOT NULL REFERENCES images(key) ON DELETE CASCADE,
      model INTEGER NOT NULL REFERENCES models(key) ON DELETE CASCADE,
      raw BLOB NOT NULL,
      calibrated BLOB,
      thresholds BLOB NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX predictions_image ON predictions(image, key);
    CREATE INDEX predictions_model ON predictions(model);

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
