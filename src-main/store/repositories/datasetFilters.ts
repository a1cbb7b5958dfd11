import type { ImageFilter, SavedFilter } from '#shared/domain/dataset.ts'
import type { Db } from '../connection.ts'

/** Filters of a data set that were saved by name. */
export class DatasetFiltersRepository {
  readonly #list
  readonly #save
  readonly #remove

  constructor(db: Db) {
    this.#list = db.prepare<[number], { name: string; filter: string }>('SELECT name, filter FROM dataset_filters WHERE dataset = ? ORDER BY name')
    this.#save = db.prepare('INSERT INTO dataset_filters (dataset, name, filter) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET filter = excluded.filter')
    this.#remove = db.prepare('DELETE FROM dataset_filters WHERE dataset = ? AND name = ?')
  }

  list(dataset: number): SavedFilter[] {
    return this.#list.all(dataset).map(({ name, filter }) => ({ name, filter: JSON.parse(filter) as ImageFilter }))
  }

  /** Under a name that is taken it takes that one's place. */
  save(dataset: number, { name, filter }: SavedFilter): void {
    this.#save.run(dataset, name, JSON.stringify(filter))
  }

  remove(dataset: number, name: string): boolean {
    return this.#remove.run(dataset, name).changes > 0
  }
}
