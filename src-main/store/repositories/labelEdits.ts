import type { ImageLabelChange, LabelChange, LabelValues } from '#shared/domain/labelEdits.ts'
import { LABELS } from '#shared/domain/labels.ts'
import type { RawLabel } from '#shared/domain/labels.ts'
import type { Db } from '../connection.ts'
import { requireKey, toId, unknown } from '../ids.ts'
import { EDITS_JOIN, valueAt } from '../labelMasks.ts'

/** A change for the main process. */
export interface StoredLabelChange extends LabelChange {
  key: number
  /** Key of the data set. */
  dataset: number
}

interface Row {
  key: number
  dataset: number
  at: string
  editor: string
  why: string
  asked: string
  undoes: number | null
  undone: number
  images: number
  cells: number
}

/** A change that takes another back counts only as long as nobody took it back itself. */
const SELECT = `
  SELECT c.*, EXISTS (SELECT 1 FROM label_changes u WHERE u.undoes = c.key AND u.cells > 0 AND NOT EXISTS (SELECT 1 FROM label_changes r WHERE r.undoes = u.key)) AS undone FROM label_changes c`

/**
 * Changes of labels by people: only ever added; the newest of a cell stands (a trigger sees to that).
 * CROSS JOIN: the list of keys is the outer loop; SQLite cannot know that it is short, and the other way round it would be walked for every row.
 */
export class LabelEditsRepository {
  readonly #create
  readonly #edit
  readonly #takeBack
  readonly #copy
  readonly #count
  readonly #counts
  readonly #get
  readonly #ofDataset
  readonly #ofImage
  readonly #edits
  readonly #imagesOf
  readonly #isEdited

  constructor(db: Db) {
    this.#create = db.prepare('INSERT INTO label_changes (dataset, at, editor, why, asked, undoes) VALUES (?, ?, ?, ?, ?, ?)')
    this.#edit = db.prepare(`
      INSERT INTO label_edits (change, image, label, was, value) SELECT @change, l.key, @label, ${valueAt('@label')}, @value
      FROM json_each(@keys) j CROSS JOIN labels l ON l.key = j.value ${EDITS_JOIN} WHERE l.dataset = (SELECT dataset FROM label_changes WHERE key = @change) AND ${valueAt('@label')} IS NOT @value`)
    this.#takeBack = db.prepare(`
      INSERT INTO label_edits (change, image, label, was, value) SELECT @change, x.image, x.label, x.value, x.was
      FROM json_each(@keys) j CROSS JOIN label_edits x ON x.change = @undoes AND x.image = j.value
      WHERE NOT EXISTS (SELECT 1 FROM label_edits y WHERE y.image = x.image AND y.label = x.label AND y.change > x.change)`)
    this.#copy = db.prepare(`
      INSERT INTO label_edits (change, image, label, was, value)
      SELECT @change, @to, n.value, CASE WHEN (l.positive >> n.value) & 1 THEN 1 WHEN (l.negative >> n.value) & 1 THEN 0 WHEN (l.uncertain >> n.value) & 1 THEN -1 END, ${valueAt('n.value')}
      FROM labels l JOIN edited_labels e ON e.key = l.key JOIN json_each('${JSON.stringify(LABELS.map((_, i) => i))}') n WHERE l.key = @from AND (e.edited >> n.value) & 1`)
    this.#count = db.prepare('UPDATE label_changes SET images = images + ?, cells = cells + ? WHERE key = ?')
    this.#counts = db.prepare<{ change: number; keys: string }, { cells: number; images: number }>(
      'SELECT count(*) AS cells, count(DISTINCT x.image) AS images FROM json_each(@keys) j CROSS JOIN label_edits x ON x.change = @change AND x.image = j.value',
    )
    this.#get = db.prepare<[number], Row>(`${SELECT} WHERE c.key = ?`)
    this.#ofDataset = db.prepare<[number, number, number], Row>(`${SELECT} WHERE c.dataset = ? AND c.cells > 0 ORDER BY c.key DESC LIMIT ? OFFSET ?`)
    this.#ofImage = db.prepare<[number], Row>(`${SELECT} WHERE c.key IN (SELECT change FROM label_edits WHERE image = ?) ORDER BY c.key DESC`)
    this.#edits = db.prepare<[number, number], { label: number; was: RawLabel; value: RawLabel }>('SELECT label, was, value FROM label_edits WHERE change = ? AND image = ? ORDER BY label')
    this.#isEdited = db.prepare<[number], number>('SELECT 1 FROM edited_labels WHERE key = ?').pluck()
    this.#imagesOf = db.prepare<[number], number>('SELECT DISTINCT image FROM label_edits WHERE change = ? ORDER BY image').pluck()
  }

  create(change: { dataset: number; editor: string; why: string; asked?: LabelValues; undoes?: number }): number {
    const { dataset, editor, why, asked = {}, undoes = null } = change
    return Number(this.#create.run(dataset, new Date().toISOString(), editor, why, JSON.stringify(asked), undoes).lastInsertRowid)
  }

  /** Give labels of some images their values; what has them already stays, and is no part of the change. @param keys of rows of the change's set */
  edit(change: number, keys: readonly number[], values: LabelValues): void {
    const text = JSON.stringify(keys)
    this.#counted(change, keys, () => {
      for (const [label, value] of Object.entries(values)) this.#edit.run({ change, keys: text, label: LABELS.indexOf(label as (typeof LABELS)[number]), value })
    })
  }

  /** Give labels back the values that they had before another change, where that one's are the newest. */
  takeBack(change: number, undoes: number, keys: readonly number[]): void {
    this.#counted(change, keys, () => void this.#takeBack.run({ change, undoes, keys: JSON.stringify(keys) }))
  }

  isEdited(key: number): boolean {
    return this.#isEdited.get(key) !== undefined
  }

  /** The edits of a row that stand, for its copy in another set. */
  copy(change: number, from: number, to: number): void {
    this.#counted(change, [to], () => void this.#copy.run({ change, from, to }))
  }

  /** Keys of the rows that a change is about. */
  imagesOf(change: number): number[] {
    return this.#imagesOf.all(change)
  }

  /** @throws NOT_FOUND */
  get(id: string): StoredLabelChange {
    const row = this.#get.get(requireKey('lc', id))
    return row ? toChange(row) : unknown('lc', id)
  }

  /** Newest first. */
  ofDataset(dataset: number, limit: number, offset = 0): LabelChange[] {
    return this.#ofDataset.all(dataset, limit, offset).map((row) => publicChange(toChange(row)))
  }

  /** Of one image, newest first. @param row id */
  ofImage(row: string): ImageLabelChange[] {
    const image = requireKey('di', row)
    return this.#ofImage.all(image).map((change) => ({
      ...publicChange(toChange(change)),
      edits: this.#edits.all(change.key, image).map(({ label, ...edit }) => ({ label: LABELS[label]!, ...edit })),
    }))
  }

  #counted(change: number, keys: readonly number[], work: () => void): void {
    const text = JSON.stringify(keys)
    const before = this.#counts.get({ change, keys: text })!
    work()
    const after = this.#counts.get({ change, keys: text })!
    this.#count.run(after.images - before.images, after.cells - before.cells, change)
  }
}

function toChange({ asked, undoes, undone, key, ...row }: Row): StoredLabelChange {
  return { ...row, key, id: toId('lc', key), asked: JSON.parse(asked) as LabelValues, undoes: undoes === null ? null : toId('lc', undoes), undone: undone === 1 }
}

/** What a page may see. */
export function publicChange({ key: _key, dataset: _dataset, ...change }: StoredLabelChange): LabelChange {
  return change
}
