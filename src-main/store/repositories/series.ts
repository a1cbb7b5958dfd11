import type { Db } from '../connection.ts'

export interface NewSeries {
  /** Key. */
  study: number
  seriesUid: string
  number: number | null
  modality: string
  description: string
}

export class SeriesRepository {
  readonly #find
  readonly #insert

  constructor(db: Db) {
    this.#find = db.prepare<[number, string], number>('SELECT key FROM series WHERE study = ? AND series_uid = ?').pluck()
    this.#insert = db.prepare('INSERT INTO series (study, series_uid, number, modality, description) VALUES (?, ?, ?, ?, ?)')
  }

  /** Key of the series, made when new. */
  ensure(series: NewSeries): number {
    return this.#find.get(series.study, series.seriesUid) ?? this.insert(series)
  }

  insert({ study, seriesUid, number, modality, description }: NewSeries): number {
    return Number(this.#insert.run(study, seriesUid, number, modality, description).lastInsertRowid)
  }
}
