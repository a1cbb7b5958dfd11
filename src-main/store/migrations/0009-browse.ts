import type { Migration } from '../migrate.ts'

/**
 * What the browser of a data set needs: its columns as blobs (src-main/store/browse), so that a filter, a count or a sort of 377,110 rows is a pass
 * over some kilobytes and not over a table; what changed since they were written; filters that were saved by name.
 * The parts of a split become one blob as well, a byte a row of the set in its order: 0 train, 1 val, 2 test, 255 none.
 */
export const browse: Migration = {
  version: 9,
  name: 'browse',
  sql: `
    CREATE TABLE dataset_indexes (
      dataset INTEGER PRIMARY KEY REFERENCES datasets(key) ON DELETE CASCADE,
      -- Whose blobs are valid.
      generation INTEGER NOT NULL,
      -- State of the set: its rows, one more than the last row's number, the newest of dataset_changes.
      rows INTEGER NOT NULL,
      next_row INTEGER NOT NULL,
      change INTEGER NOT NULL,
      -- Counts of that state.
      labelled INTEGER NOT NULL,
      patients INTEGER NOT NULL,
      studies INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE dataset_columns (
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      generation INTEGER NOT NULL,
      name TEXT NOT NULL,
      chunk INTEGER NOT NULL,
      -- JSON of the values that codes stand for.
      note TEXT NOT NULL,
      data BLOB NOT NULL,
      UNIQUE (dataset, generation, name, chunk)
    ) STRICT;

    CREATE TABLE dataset_changes (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      -- Null when more changed than one row.
      row INTEGER
    ) STRICT;
    CREATE INDEX dataset_changes_dataset ON dataset_changes(dataset, key);

    CREATE TRIGGER labels_changed AFTER UPDATE ON labels BEGIN
      INSERT INTO dataset_changes (dataset, row) SELECT dataset, row FROM dataset_images WHERE key = new.key;
    END;
    CREATE TRIGGER image_changed AFTER UPDATE OF path, problem_code ON images
    WHEN (old.path IS NULL) <> (new.path IS NULL) OR old.problem_code IS NOT new.problem_code BEGIN
      INSERT INTO dataset_changes (dataset, row) SELECT dataset, row FROM dataset_images WHERE image = new.key;
    END;
    CREATE TRIGGER dataset_image_changed AFTER UPDATE ON dataset_images BEGIN
      INSERT INTO dataset_changes (dataset, row) VALUES (new.dataset, NULL);
    END;

    -- Sorts and facets no longer walk these.
    DROP INDEX dataset_images_age;
    DROP INDEX dataset_images_sex;
    DROP INDEX dataset_images_view;

    ALTER TABLE splits ADD COLUMN parts BLOB NOT NULL DEFAULT x'';
    UPDATE splits SET parts = (
      SELECT unhex(group_concat(printf('%02x', coalesce(sp.part, 255)), '' ORDER BY d.row))
      FROM dataset_images d LEFT JOIN split_parts sp ON sp.split = splits.key AND sp.image = d.key WHERE d.dataset = splits.dataset
    ) WHERE EXISTS (SELECT 1 FROM dataset_images d WHERE d.dataset = splits.dataset);
    DROP TABLE split_parts;

    CREATE TABLE dataset_filters (
      dataset INTEGER NOT NULL REFERENCES datasets(key) ON DELETE CASCADE,
      name TEXT NOT NULL,
      -- JSON, as the page's contract has it.
      filter TEXT NOT NULL,
      PRIMARY KEY (dataset, name)
    ) STRICT, WITHOUT ROWID;
  `,
}
