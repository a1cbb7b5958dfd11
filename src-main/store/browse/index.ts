import type { Db } from '../connection.ts'
import { done, doneGently } from '../steps.ts'
import type { Steps } from '../steps.ts'
import { CHANGED, buildColumns } from './build.ts'
import type { ChangedRow } from './build.ts'
import { Browser } from './browser.ts'
import { setLabels } from './columns.ts'
import type { Columns } from './columns.ts'
import { SavedColumns } from './saved.ts'
import type { SavedState } from './saved.ts'
import { CHUNK } from './texts.ts'

/** Columns of so many sets stay in memory. */
const HELD = 3
/** Changed rows that are taken over one by one; beyond, all are read again. */
const MOST_CHANGES = 2000
/** A set that grows (an import in another process) is read again at once while it is small, else at most for a twentieth of the time. */
const SMALL = 20_000
const SHARE = 20

interface Held {
  state: SavedState
  browser: Browser
  /** When it was read, and how long that took, in milliseconds. */
  at: number
  cost: number
}

/** The columns of data sets, as fresh as the database: built when a set has none, patched when rows changed, kept in the database. */
export class BrowseIndexes {
  readonly #db
  readonly #saved
  readonly #parts
  readonly #rows
  readonly #state
  readonly #changes
  readonly #changedRow
  readonly #forget
  readonly #held = new Map<number, Held>()

  /** @param parts of a split, by its key */
  constructor(db: Db, parts: (split: number) => Uint8Array) {
    this.#db = db
    this.#saved = new SavedColumns(db)
    this.#parts = parts
    this.#rows = db.prepare<[number], number>('SELECT count(*) FROM dataset_images WHERE dataset = ?').pluck()
    this.#state = db.prepare<{ dataset: number }, { nextRow: number; change: number }>(`
      SELECT coalesce((SELECT max(row) + 1 FROM dataset_images WHERE dataset = @dataset), 0) AS nextRow, coalesce((SELECT max(key) FROM dataset_changes WHERE dataset = @dataset), 0) AS change`)
    this.#changes = db.prepare<[number, number, number], number | null>('SELECT DISTINCT row FROM dataset_changes WHERE dataset = ? AND key > ? LIMIT ?').pluck()
    this.#changedRow = db.prepare<[number, number], ChangedRow>(CHANGED)
    this.#forget = db.prepare('INSERT INTO dataset_changes (dataset, row) VALUES (?, NULL)')
  }

  of(dataset: number): Browser {
    const now = this.#state.get({ dataset })!
    const held = this.#held.get(dataset)
    if (held && this.#fresh(dataset, held, now)) return held.browser
    const loaded = this.#load(dataset)
    if (loaded && this.#fresh(dataset, loaded, now)) return this.#hold(dataset, loaded)
    if (held && held.state.rows >= SMALL && performance.now() - held.at < SHARE * held.cost) return held.browser
    return this.#hold(dataset, this.#db.transaction(() => done(this.#build(dataset))).immediate())
  }

  /** Build what is not fresh, a chunk at a time. */
  async prepare(dataset: number, breathe: () => Promise<void>): Promise<void> {
    const saved = this.#saved.state(dataset)
    const now = this.#state.get({ dataset })!
    if (saved?.nextRow === now.nextRow && saved.change >= now.change) return
    this.#hold(dataset, await doneGently(this.#build(dataset), breathe))
  }

  /** Rows of the set went away: what is known of it no longer holds. */
  forget(dataset: number): void {
    this.#held.delete(dataset)
    this.#forget.run(dataset)
  }

  *#build(dataset: number): Steps<Held> {
    const at = performance.now()
    const { nextRow, change } = this.#state.get({ dataset })!
    const rows = this.#rows.get(dataset)!
    const state = { generation: this.#saved.newGeneration(), rows, nextRow, change }
    const columns = yield* buildColumns(this.#db, dataset, rows, (chunk, texts) => this.#saved.saveText(dataset, state.generation, chunk, texts))
    if (!this.#saved.save(dataset, state, columns, Math.ceil(rows / CHUNK))) return done(this.#build(dataset))
    return { state, browser: this.#browser(dataset, state, columns), at, cost: performance.now() - at }
  }

  #load(dataset: number): Held | null {
    const at = performance.now()
    const state = this.#saved.state(dataset)
    if (!state) return null
    return { state, browser: this.#browser(dataset, state, this.#saved.load(dataset, state)), at, cost: performance.now() - at }
  }

  /** Whether it is what the database says, with the rows that changed since taken over. */
  #fresh(dataset: number, held: Held, now: { nextRow: number; change: number }): boolean {
    const { state, browser } = held
    if (state.nextRow !== now.nextRow) return false
    if (state.change >= now.change) return true
    const rows = this.#changes.all(dataset, state.change, MOST_CHANGES + 1)
    if (rows.length > MOST_CHANGES || rows.includes(null) || state.rows !== state.nextRow) return false
    for (const row of rows) {
      const changed = this.#changedRow.get(dataset, row!)
      if (!changed || !patch(browser.columns, changed)) return false
    }
    held.state = { ...state, change: now.change }
    held.browser = this.#browser(dataset, state, browser.columns)
    return true
  }

  #browser(dataset: number, { generation }: SavedState, columns: Columns): Browser {
    return new Browser({ columns, parts: this.#parts, texts: () => this.#saved.texts(dataset, generation) })
  }

  #hold(dataset: number, held: Held): Browser {
    this.#held.delete(dataset)
    this.#held.set(dataset, held)
    if (this.#held.size > HELD) this.#held.delete(this.#held.keys().next().value!)
    return held.browser
  }
}

function patch({ coded, labels }: Columns, changed: ChangedRow): boolean {
  const { problem } = coded
  const code = problem.values.includes(changed.problem) ? problem.values.indexOf(changed.problem) : problem.values.push(changed.problem) - 1
  if (code >= 0x100) return false
  problem.codes[changed.row] = code
  setLabels(labels, changed.row, changed)
  return true
}
