import { LABELS } from '#shared/domain/labels.ts'
import type { Db } from '../connection.ts'
import { emptyBits } from './bits.ts'
import { EDITED_MASKS, EDITS_JOIN, RAW_VALUES } from '../labelMasks.ts'
import type { Masks } from '../labelMasks.ts'
import { Values, addLabels } from './columns.ts'
import type { Columns } from './columns.ts'
import { Sources } from './folders.ts'
import { CHUNK, packTexts } from './texts.ts'

/** Rows read at a time: one chunk of text. Of more, what is read outlives the young generation, and the heap grows by 200 MB before it is looked through. */
const BATCH = CHUNK

/** A row whose film is not here. */
export const NO_FILM = 'NO_FILM'

type Row = [key: number, row: number, patient: string, age: number | null, sex: string, view: string, part: string | null, path: string, problem: string, ...masks: number[]]

const PROBLEM = `CASE WHEN i.path IS NULL THEN '${NO_FILM}' ELSE coalesce(i.problem_code, '') END`

const SELECT = `
  SELECT d.key, d.row, d.patient, d.age, d.sex, d.view, d.part, d.path, ${PROBLEM}, ${EDITED_MASKS}, l.positive, l.negative, l.uncertain
  FROM dataset_images d JOIN images i ON i.key = d.image JOIN labels l ON l.key = d.key ${EDITS_JOIN}
  WHERE d.dataset = ? AND d.row >= ? ORDER BY d.row LIMIT ${BATCH}`

/** What may change in a row that stays: its labels, and what is wrong with its film. */
export const CHANGED = `
  SELECT d.row, ${PROBLEM} AS problem, ${EDITED_MASKS}
  FROM dataset_images d JOIN images i ON i.key = d.image JOIN labels l ON l.key = d.key ${EDITS_JOIN} WHERE d.dataset = ? AND d.row = ?`
export type ChangedRow = Masks & { row: number; problem: string }

/** Reads the rows of a set chunk by chunk; after each, `saveText` gets what a search looks at, and the caller may let others work. */
export function* buildColumns(db: Db, dataset: number, rows: number, saveText: (chunk: number, texts: Buffer) => void): Generator<void, Columns> {
  const select = db.prepare<[number, number], Row>(SELECT).raw()
  const keys = new Uint32Array(rows)
  const values = () => new Values(rows)
  const [patient, age, sex, view, problem, part, source] = [values(), values(), values(), values(), values(), values(), new Sources(rows)]
  const bitmaps = () => LABELS.map(() => emptyBits(rows))
  const readings = () => Object.fromEntries(RAW_VALUES.map((value) => [value, bitmaps()])) as Columns['labels']
  const [labels, raw] = [readings(), readings()]
  let next = 0
  for (let at = 0, chunk = 0; at < rows; ) {
    const batch = select.all(dataset, next).slice(0, rows - at)
    if (!batch.length) break
    const texts = batch.map(([key, row, patientId, years, sexIs, viewIs, partIs, path, problemIs, ...masks]) => {
      keys[at] = key
      patient.set(at, patientId)
      age.set(at, years)
      sex.set(at, sexIs)
      view.set(at, viewIs)
      part.set(at, partIs)
      problem.set(at, problemIs)
      source.set(at, path)
      addLabels(labels, at, masksOf(masks, 0))
      addLabels(raw, at++, masksOf(masks, 3))
      next = row + 1
      return path.includes(patientId) ? path : `${path} ${patientId}`
    })
    for (let text = 0; text < texts.length; text += CHUNK) saveText(chunk++, packTexts(texts.slice(text, text + CHUNK)))
    yield
  }
  const ranks = { values: [], codes: patient.sorted().codes }
  return { rows, keys, labels, raw, coded: { patient: ranks, age: age.sorted(), sex: sex.sorted(), view: view.sorted(), source: source.sorted(), problem: problem.sorted(), part: part.sorted() } }
}

const masksOf = (masks: readonly number[], from: number): Masks => ({ positive: masks[from]!, negative: masks[from + 1]!, uncertain: masks[from + 2]! })
