import type { Db } from '../connection.ts'

/** What is known of a film whose pixels could be read. */
export interface FilmMeasures {
  width: number
  height: number
  /** Digest of the stored samples, 16 bytes. */
  pixels: Uint8Array
  /** 8 bytes. */
  hash: Uint8Array
  /** 64. */
  frequencies: Int8Array
  mean: number
  deviation: number
  likeness: number
  symmetry: number
  /** What its header calls lateral, else empty. */
  lateral: string
}

export interface UnreadableFilm {
  code: string
  message: string
}

/** A row of a data set with what is known of its film. */
export interface MeasuredRow {
  row: number
  /** As the label file has it. */
  view: string
  film: FilmMeasures | UnreadableFilm | null
}

/** A row whose film is still to be measured. */
export interface UnmeasuredRow {
  row: number
  path: string
}

type Stored = { row: number; view: string; code: string | null; message: string | null; pixels: Buffer | null; hash: Buffer; frequencies: Buffer } & Omit<FilmMeasures, 'pixels' | 'hash' | 'frequencies'>

const MEASURED = 'FROM dataset_images d LEFT JOIN film_measures m ON m.image = d.image'

/** What films are like; rows are those of a data set, by its key. */
export class FilmMeasuresRepository {
  readonly #db
  readonly #save
  readonly #fail
  readonly #counts
  readonly #next
  readonly #page
  readonly #unmeasured
  readonly #forget

  constructor(db: Db) {
    this.#db = db
    const film = '(SELECT image FROM dataset_images WHERE dataset = ? AND row = ?)'
    this.#save = db.prepare(`
      INSERT OR REPLACE INTO film_measures (image, width, height, pixels, hash, frequencies, mean, deviation, likeness, symmetry, lateral) VALUES (${film}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#fail = db.prepare(`INSERT OR REPLACE INTO film_measures (image, error_code, error_message) VALUES (${film}, ?, ?)`)
    this.#counts = db.prepare<[number], { films: number; measured: number }>(`SELECT count(*) AS films, count(m.image) AS measured ${MEASURED} WHERE d.dataset = ?`)
    this.#next = db.prepare<[number, number, number], UnmeasuredRow>(`
      SELECT d.row, i.path FROM dataset_images d JOIN images i ON i.key = d.image
      WHERE d.dataset = ? AND d.row >= ? AND i.path IS NOT NULL AND NOT EXISTS (SELECT 1 FROM film_measures m WHERE m.image = d.image) ORDER BY d.row LIMIT ?`)
    this.#page = db.prepare<[number, number, number], Stored>(`
      SELECT d.row, d.view, m.error_code AS code, m.error_message AS message, m.width, m.height, m.pixels, m.hash, m.frequencies, m.mean, m.deviation, m.likeness, m.symmetry, m.lateral
      ${MEASURED} WHERE d.dataset = ? AND d.row >= ? ORDER BY d.row LIMIT ?`)
    this.#unmeasured = db.prepare<[number], number>(`SELECT d.row ${MEASURED} WHERE d.dataset = ? AND m.image IS NULL`).pluck()
    this.#forget = db.prepare('DELETE FROM film_measures WHERE error_code IS NOT NULL AND image IN (SELECT image FROM dataset_images WHERE dataset = ?)')
  }

  /** All or none. */
  save(dataset: number, films: readonly { row: number; film: FilmMeasures | UnreadableFilm }[]): void {
    this.#db
      .transaction(() => {
        for (const { row, film } of films) {
          if ('code' in film) this.#fail.run(dataset, row, film.code, film.message)
          else {
            const { width, height, pixels, hash, frequencies, mean, deviation, likeness, symmetry, lateral } = film
            this.#save.run(dataset, row, width, height, pixels, hash, frequencies, mean, deviation, likeness, symmetry, lateral)
          }
        }
      })
      .immediate()
  }

  /** Rows of a set, and those whose film was measured or found unreadable. */
  counts(dataset: number): { films: number; measured: number } {
    return this.#counts.get(dataset)!
  }

  /** The next rows to measure. */
  next(dataset: number, from: number, limit: number): UnmeasuredRow[] {
    return this.#next.all(dataset, from, limit)
  }

  /** A byte a row: 1 where nothing is known of the film. @param rows of the set */
  unmeasured(dataset: number, rows: number): Uint8Array {
    const flags = new Uint8Array(rows)
    for (const row of this.#unmeasured.iterate(dataset)) if (row < rows) flags[row] = 1
    return flags
  }

  /** Rows in the order of the set. */
  page(dataset: number, from: number, limit: number): MeasuredRow[] {
    return this.#page.all(dataset, from, limit).map(({ row, view, code, message, ...film }) => ({ row, view, film: code !== null ? { code, message: message! } : filmOf(film) }))
  }

  /** Films that could not be read may be there now. */
  forgetUnreadable(dataset: number): void {
    this.#forget.run(dataset)
  }
}

function filmOf({ pixels, hash, frequencies, ...film }: Omit<Stored, 'row' | 'view' | 'code' | 'message'>): FilmMeasures | null {
  if (!pixels) return null
  return { ...film, pixels, hash, frequencies: new Int8Array(frequencies.buffer, frequencies.byteOffset, frequencies.length) }
}
