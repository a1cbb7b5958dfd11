import { basename } from 'node:path'
import { QUALITY_REASONS } from '#shared/domain/quality.ts'
import type { QualityChoice, QualityCount, QualityFilm, QualityFinding, QualityReason, QualityWord } from '#shared/domain/quality.ts'
import type { Db } from '../connection.ts'
import { toId } from '../ids.ts'

/** What a check found: a film, and the row of the one it is most like where it has its like. */
export interface NewFinding extends QualityFinding {
  row: number
  twin?: number
  /** First row of its group. */
  cluster?: number
}

export interface FilmsQuery {
  reason?: QualityReason | undefined
  choice?: QualityChoice | undefined
  offset: number
  limit: number
}

interface FindingRow extends Omit<QualityFinding, 'reason'> {
  reason: number
  twin: number | null
  cluster: number | null
}
interface FilmRow {
  key: number
  row: number
  image: number
  study: number
  path: string
  patient: string
  view: string
  choice: 'exclude' | 'keep' | null
}

const PLACE = 'JOIN images i ON i.key = d.image JOIN series s ON s.key = i.series'
/** Of duplicates those of one group stand together. */
const ORDER = '(SELECT min(cluster) FROM quality_findings g WHERE g.dataset = d.dataset AND g.row = d.row)'

/** Findings of the last check of each data set (by its key), and the words that people said on films. */
export class QualityRepository {
  readonly #db
  readonly #insert
  readonly #counts
  readonly #totals
  readonly #check
  readonly #findings
  readonly #film
  readonly #alike
  readonly #clusters
  readonly #excluded
  readonly #history
  readonly #exported

  constructor(db: Db) {
    this.#db = db
    this.#insert = db.prepare('INSERT INTO quality_findings (dataset, reason, row, figure, threshold, words, twin, cluster) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    const standing = (choice: string): string => `(SELECT count(*) FROM quality_choices WHERE dataset = @dataset AND choice = '${choice}')`
    this.#counts = db.prepare<[number], { reason: number; films: number; excluded: number; kept: number }>(`
      SELECT f.reason, count(*) AS films, count(*) FILTER (WHERE c.choice = 'exclude') AS excluded, count(*) FILTER (WHERE c.choice = 'keep') AS kept
      FROM quality_findings f LEFT JOIN quality_choices c ON c.dataset = f.dataset AND c.row = f.row WHERE f.dataset = ? GROUP BY f.reason`)
    this.#totals = db.prepare<{ dataset: number }, { doubted: number; clusters: number; excluded: number; kept: number }>(`
      SELECT count(DISTINCT row) AS doubted, count(DISTINCT cluster) AS clusters, ${standing('exclude')} AS excluded, ${standing('keep')} AS kept FROM quality_findings WHERE dataset = @dataset`)
    this.#check = db.prepare<[number], { rows: number; at: string }>('SELECT rows, at FROM quality_checks WHERE dataset = ?')
    this.#findings = db.prepare<[number, number], FindingRow>('SELECT reason, figure, threshold, words, twin, cluster FROM quality_findings WHERE dataset = ? AND row = ? ORDER BY reason')
    this.#film = db.prepare<[number, number], { key: number; image: number; path: string; patient: string }>('SELECT key, image, path, patient FROM dataset_images WHERE dataset = ? AND row = ?')
    this.#alike = db.prepare<[number, number], number>('SELECT count(DISTINCT row) FROM quality_findings WHERE dataset = ? AND cluster = ?').pluck()
    this.#clusters = db.prepare<[number], { row: number; cluster: number }>('SELECT DISTINCT row, cluster FROM quality_findings WHERE dataset = ? AND cluster IS NOT NULL ORDER BY cluster, row')
    this.#excluded = db.prepare<[number], number>("SELECT row FROM quality_choices WHERE dataset = ? AND choice = 'exclude' ORDER BY row").pluck()
    this.#history = db.prepare<{ dataset: number; row: number | null }, QualityWord>(`
      SELECT w.at, w.choice, w.note, w.reader, (SELECT count(*) FROM quality_word_rows r WHERE r.word = w.key) AS films FROM quality_words w
      WHERE w.dataset = @dataset AND (@row IS NULL OR EXISTS (SELECT 1 FROM quality_word_rows r WHERE r.word = w.key AND r.row = @row)) ORDER BY w.key DESC LIMIT 500`)
    this.#exported = db.prepare<[number, number, number], FilmRow>(`
      SELECT d.key, d.row, d.image, s.study, d.path, d.patient, d.view, c.choice FROM dataset_images d ${PLACE} LEFT JOIN quality_choices c ON c.dataset = d.dataset AND c.row = d.row
      WHERE d.dataset = ? AND d.row > ? AND (c.row IS NOT NULL OR EXISTS (SELECT 1 FROM quality_findings f WHERE f.dataset = d.dataset AND f.row = d.row)) ORDER BY d.row LIMIT ?`)
  }

  /** A check begins to write: what the one before found goes, a reason at a time. */
  *clear(dataset: number): Generator<void> {
    this.#db.prepare('DELETE FROM quality_checks WHERE dataset = ?').run(dataset)
    for (const reason of QUALITY_REASONS.keys()) {
      this.#db.prepare('DELETE FROM quality_findings WHERE dataset = ? AND reason = ?').run(dataset, reason)
      yield
    }
  }

  /** All or none. */
  add(dataset: number, findings: readonly NewFinding[]): void {
    this.#db
      .transaction(() => {
        for (const { reason, row, figure, threshold, words, twin = null, cluster = null } of findings) this.#insert.run(dataset, QUALITY_REASONS.indexOf(reason), row, figure, threshold, words, twin, cluster)
      })
      .immediate()
  }

  /** All findings are in. @param rows of the set when it was looked at */
  finish(dataset: number, rows: number): void {
    this.#db.prepare('INSERT OR REPLACE INTO quality_checks (dataset, rows, at) VALUES (?, ?, ?)').run(dataset, rows, new Date().toISOString())
  }

  /** The last check; undefined before the first. */
  check(dataset: number): { rows: number; at: string } | undefined {
    return this.#check.get(dataset)
  }

  counts(dataset: number): QualityCount[] {
    const found = new Map(this.#counts.all(dataset).map(({ reason, ...counts }) => [reason, counts]))
    return QUALITY_REASONS.map((reason, i) => ({ reason, ...(found.get(i) ?? { films: 0, excluded: 0, kept: 0 }) }))
  }

  totals(dataset: number): { doubted: number; clusters: number; excluded: number; kept: number } {
    return this.#totals.get({ dataset })!
  }

  films(dataset: number, { reason, choice, offset, limit }: FilmsQuery): { total: number; rows: QualityFilm[] } {
    const chosen = choice === undefined ? '' : choice === 'open' ? 'AND c.choice IS NULL' : `AND c.choice = '${choice}'`
    const rows = reason === undefined ? 'SELECT row FROM quality_findings WHERE dataset = @dataset UNION SELECT row FROM quality_choices WHERE dataset = @dataset' : 'SELECT row FROM quality_findings WHERE dataset = @dataset AND reason = @reason'
    const from = `FROM (${rows}) q JOIN dataset_images d ON d.dataset = @dataset AND d.row = q.row LEFT JOIN quality_choices c ON c.dataset = d.dataset AND c.row = d.row WHERE true ${chosen}`
    const asked = { dataset, reason: reason === undefined ? null : QUALITY_REASONS.indexOf(reason), offset, limit }
    const total = this.#db.prepare<[typeof asked], number>(`SELECT count(*) ${from}`).pluck().get(asked)!
    const page = this.#db
      .prepare<[typeof asked], FilmRow>(`SELECT d.key, d.row, d.image, s.study, d.path, d.patient, d.view, c.choice ${from.replace(' LEFT JOIN', ` ${PLACE} LEFT JOIN`)} ORDER BY coalesce(${ORDER}, d.row), d.row LIMIT @limit OFFSET @offset`)
      .all(asked)
    return { total, rows: page.map((row) => this.#filmOf(dataset, row)) }
  }

  /** Every film in doubt or decided on, in the order of the set, so many at a time. */
  *all(dataset: number, batch: number): Generator<{ path: string; film: QualityFilm }[]> {
    for (let after = -1; ; ) {
      const rows = this.#exported.all(dataset, after, batch)
      if (!rows.length) return
      after = rows.at(-1)!.row
      yield rows.map((row) => ({ path: row.path, film: this.#filmOf(dataset, row) }))
    }
  }

  /** Rows of films that are not alone, with the first row of their group. */
  clusters(dataset: number): { row: number; cluster: number }[] {
    return this.#clusters.all(dataset)
  }

  /** Rows that do not train. */
  excluded(dataset: number): number[] {
    return this.#excluded.all(dataset)
  }

  /** Rows with a reason on which nobody has decided. */
  open(dataset: number, reason: QualityReason): number[] {
    return this.#db
      .prepare<[number, number], number>('SELECT f.row FROM quality_findings f LEFT JOIN quality_choices c ON c.dataset = f.dataset AND c.row = f.row WHERE f.dataset = ? AND f.reason = ? AND c.row IS NULL')
      .pluck()
      .all(dataset, QUALITY_REASONS.indexOf(reason))
  }

  /** Row numbers of keys of the set's rows. */
  rowsOf(dataset: number, keys: readonly number[]): number[] {
    return this.#db.prepare<[number, string], number>('SELECT row FROM dataset_images WHERE dataset = ? AND key IN (SELECT value FROM json_each(?))').pluck().all(dataset, JSON.stringify(keys))
  }

  say(dataset: number, rows: readonly number[], { choice, note, reader }: Pick<QualityWord, 'choice' | 'note' | 'reader'>): void {
    this.#db
      .transaction(() => {
        const word = this.#db.prepare('INSERT INTO quality_words (dataset, choice, note, reader, at) VALUES (?, ?, ?, ?, ?)').run(dataset, choice, note, reader, new Date().toISOString()).lastInsertRowid
        const about = this.#db.prepare('INSERT INTO quality_word_rows (word, row) VALUES (?, ?)')
        const clear = this.#db.prepare('DELETE FROM quality_choices WHERE dataset = ? AND row = ?')
        const stand = this.#db.prepare('INSERT OR REPLACE INTO quality_choices (dataset, row, choice) VALUES (?, ?, ?)')
        for (const row of rows) {
          about.run(word, row)
          if (choice === 'open') clear.run(dataset, row)
          else stand.run(dataset, row, choice)
        }
      })
      .immediate()
  }

  /** Words on a film, or on all of the set; newest first. */
  history(dataset: number, row: number | null): QualityWord[] {
    return this.#history.all({ dataset, row })
  }

  #filmOf(dataset: number, { key, row, image, study, path, patient, view, choice }: FilmRow): QualityFilm {
    const found = this.#findings.all(dataset, row)
    const twinRow = found.find(({ twin }) => twin !== null)?.twin ?? null
    const cluster = found.find((finding) => finding.cluster !== null)?.cluster ?? null
    const twin = twinRow === null ? undefined : this.#film.get(dataset, twinRow)
    return {
      id: toId('di', key),
      image: toId('im', image),
      study: toId('st', study),
      fileName: basename(path),
      patient,
      view,
      findings: found.map(({ reason, figure, threshold, words }) => ({ reason: QUALITY_REASONS[reason]!, figure, threshold, words })),
      twin: twin ? { id: toId('di', twin.key), image: toId('im', twin.image), fileName: basename(twin.path), patient: twin.patient } : null,
      alike: cluster === null ? 0 : this.#alike.get(dataset, cluster)!,
      choice: choice ?? 'open',
    }
  }
}
