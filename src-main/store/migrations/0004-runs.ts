import type { Migration } from '../migrate.ts'

/** Training runs and what they tell while they run. A run outlives its data set: the name stays. */
export const runs: Migration = {
  version: 4,
  name: 'runs',
  sql: `
    CREATE TABLE runs (
      key INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      dataset INTEGER REFERENCES datasets(key) ON DELETE SET NULL,
      dataset_name TEXT NOT NULL,
      split INTEGER REFERENCES splits(key) ON DELETE SET NULL,
      state TEXT NOT NULL CHECK (state = 'queued' OR state = 'running' OR state = 'paused' OR state = 'stopped' OR state = 'failed' OR state = 'finished'),
      reason TEXT,
      config TEXT NOT NULL,
      -- Process that looks after it, null when none does.
      pid INTEGER,
      epoch INTEGER NOT NULL DEFAULT 0,
      step INTEGER NOT NULL DEFAULT 0,
      total_steps INTEGER NOT NULL DEFAULT 0,
      images_per_second REAL NOT NULL DEFAULT 0,
      time_left REAL,
      best_epoch INTEGER,
      best_auc REAL,
      -- The user's own words.
      notes TEXT NOT NULL DEFAULT '',
      created_at TEXT NOT NULL,
      ended_at TEXT
    ) STRICT;
    CREATE INDEX runs_dataset ON runs(dataset);
    CREATE INDEX runs_split ON runs(split);

    CREATE TABLE epochs (
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      epoch INTEGER NOT NULL,
      summary TEXT NOT NULL,
      PRIMARY KEY (run, epoch)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE steps (
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      loss REAL,
      lr REAL NOT NULL,
      images_per_second REAL NOT NULL,
      PRIMARY KEY (run, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE device_samples (
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      at TEXT NOT NULL,
      samples TEXT NOT NULL,
      PRIMARY KEY (run, at)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE log_lines (
      key INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      at TEXT NOT NULL,
      level TEXT NOT NULL CHECK (level = 'info' OR level = 'warn' OR level = 'error'),
      message TEXT NOT NULL,
      rank INTEGER
    ) STRICT;
    CREATE INDEX log_lines_run ON log_lines(run);

    CREATE TABLE checkpoints (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      run INTEGER NOT NULL REFERENCES runs(key) ON DELETE CASCADE,
      path TEXT NOT NULL,
      step INTEGER NOT NULL,
      best INTEGER NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX checkpoints_path ON checkpoints(run, path);
  `,
}
