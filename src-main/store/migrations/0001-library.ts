import type { Migration } from '../migrate.ts'

/**
 * Patients, studies, series, images as DICOM has them. A row of a data set is also an image of a study of a patient, in that data set's own
 * scope (`dataset` set, origin `dataset`), so that its films open, predict and report as any other; two data sets may name a patient alike.
 */
export const library: Migration = {
  version: 1,
  name: 'library',
  sql: `
    CREATE TABLE datasets (
      key INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      format TEXT NOT NULL,
      -- Real path of the folder of its label files; the same folder again is the same data set.
      root TEXT NOT NULL,
      has_files INTEGER NOT NULL,
      sample INTEGER NOT NULL DEFAULT 0,
      created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE patients (
      key INTEGER PRIMARY KEY,
      dataset INTEGER REFERENCES datasets(key) ON DELETE CASCADE,
      patient_id TEXT NOT NULL,
      name TEXT NOT NULL,
      birth_date TEXT NOT NULL,
      sex TEXT
    ) STRICT;
    CREATE UNIQUE INDEX patients_identity ON patients(patient_id, coalesce(dataset, 0), name, birth_date);
    CREATE INDEX patients_dataset ON patients(dataset) WHERE dataset IS NOT NULL;

    CREATE TABLE studies (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      study_uid TEXT NOT NULL,
      patient INTEGER NOT NULL REFERENCES patients(key) ON DELETE CASCADE,
      dataset INTEGER REFERENCES datasets(key) ON DELETE CASCADE,
      origin TEXT NOT NULL CHECK (origin = 'opened' OR origin = 'dataset' OR origin = 'sample'),
      date TEXT NOT NULL,
      time TEXT NOT NULL,
      accession TEXT NOT NULL,
      modality TEXT NOT NULL,
      description TEXT NOT NULL,
      age REAL,
      status TEXT NOT NULL DEFAULT 'new' CHECK (status = 'new' OR status = 'predicted' OR status = 'reviewed' OR status = 'reported')
    ) STRICT;
    -- Of the library's own only: the UIDs of a data set are hashes, and an index in their order would be rewritten whole at every batch of an import.
    CREATE UNIQUE INDEX studies_identity ON studies(study_uid) WHERE dataset IS NULL;
    CREATE INDEX studies_patient ON studies(patient);
    CREATE INDEX studies_dataset ON studies(dataset) WHERE dataset IS NOT NULL;
    CREATE INDEX studies_worklist ON studies(origin, date, key);

    CREATE TABLE series (
      key INTEGER PRIMARY KEY,
      study INTEGER NOT NULL REFERENCES studies(key) ON DELETE CASCADE,
      series_uid TEXT NOT NULL,
      number INTEGER,
      modality TEXT NOT NULL,
      description TEXT NOT NULL
    ) STRICT;
    -- Not unique by UID: within a study or series few rows are compared, and an index of UIDs would be a tenth of the file.
    CREATE INDEX series_study ON series(study);

    CREATE TABLE images (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      series INTEGER NOT NULL REFERENCES series(key) ON DELETE CASCADE,
      sop_uid TEXT NOT NULL,
      number INTEGER,
      -- Null for a row of a labels-only data set.
      path TEXT,
      bytes INTEGER,
      kind TEXT NOT NULL CHECK (kind = 'dicom' OR kind = 'jpeg' OR kind = 'png'),
      rows INTEGER,
      columns INTEGER,
      frames INTEGER NOT NULL DEFAULT 1,
      view TEXT NOT NULL,
      laterality TEXT NOT NULL,
      lossy INTEGER NOT NULL,
      transfer_syntax TEXT NOT NULL,
      problem_code TEXT,
      problem_message TEXT
    ) STRICT;
    CREATE INDEX images_series ON images(series);
  `,
}
