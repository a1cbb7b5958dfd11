import { LABELS } from '#shared/domain/labels.ts'
import type { Db } from '../connection.ts'
import { newKey } from '../ids.ts'
import { emptyBits } from './bits.ts'
import { RAW_VALUES } from '../labelMasks.ts'
import { CODED, labelledBits } from './columns.ts'
import { countBits } from './bits.ts'
import type { Coded, CodedName, Codes, Columns } from './columns.ts'

/** The columns of a set as they were when the set was in this state. */
export interface SavedState {
  /** Tells the blobs of one build from those of another. */
  generation: number
  rows: number
  /** One more than the last row's number. */
  nextRow: number
  /** The newest entry of `dataset_changes` that is in. */
  change: number
}

/** Columns of data sets as blobs in the database: to open one is to read some megabytes. */
export class SavedColumns {
  readonly #db
  readonly #state
  readonly #column
  readonly #save
  readonly #saveState
  readonly #deleteOthers
  readonly #texts
  readonly #textCount
  readonly #prune

  constructor(db: Db) {
    this.#db = db
    this.#state = db.prepare<[number], SavedState>('SELECT generation, rows, next_row AS nextRow, change FROM dataset_indexes WHERE dataset = ?')
    this.#column = db.prepare<[number, number, string], { note: string; data: Buffer }>('SELECT note, data FROM dataset_columns WHERE dataset = ? AND generation = ? AND name = ?')
    this.#save = db.prepare('INSERT INTO dataset_columns (dataset, generation, name, chunk, note, data) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET note = excluded.note, data = excluded.data')
    this.#saveState = db.prepare(`
      INSERT INTO dataset_indexes (dataset, generation, rows, next_row, change, labelled, patients, studies)
      SELECT @dataset, @generation, @rows, @nextRow, @change, @labelled, (SELECT count(*) FROM patients WHERE dataset = @dataset), (SELECT count(*) FROM studies WHERE dataset = @dataset) WHERE true
      ON CONFLICT DO UPDATE SET generation = excluded.generation, rows = excluded.rows, next_row = excluded.next_row, change = excluded.change,
        labelled = excluded.labelled, patients = excluded.patients, studies = excluded.studies`)
    this.#deleteOthers = db.prepare('DELETE FROM dataset_columns WHERE dataset = ? AND generation <> ?')
    this.#texts = db.prepare<[number, number], Buffer>("SELECT data FROM dataset_columns WHERE dataset = ? AND generation = ? AND name = 'text' ORDER BY chunk").pluck()
    this.#textCount = db.prepare<[number, number], number>("SELECT count(*) FROM dataset_columns WHERE dataset = ? AND generation = ? AND name = 'text'").pluck()
    this.#prune = db.prepare('DELETE FROM dataset_changes WHERE dataset = ? AND key <= ?')
  }

  state(dataset: number): SavedState | undefined {
    return this.#state.get(dataset)
  }

  newGeneration(): number {
    return newKey()
  }

  load(dataset: number, { generation, rows }: SavedState): Columns {
    const read = (name: string): { note: string; data: Buffer } => this.#column.get(dataset, generation, name)!
    const coded = (name: CodedName): Coded => {
      const { note, data } = read(name)
      return { values: JSON.parse(note) as Coded['values'], codes: codesOf(data, rows) }
    }
    const words = emptyBits(rows).length
    const bitmaps = (name: string) => {
      const all = new Uint32Array(copied(read(name).data))
      return LABELS.map((_, i) => all.subarray(i * words, (i + 1) * words))
    }
    const labels = (reading: string) => Object.fromEntries(RAW_VALUES.map((value) => [value, bitmaps(`${reading}${value}`)])) as Columns['labels']
    return {
      rows,
      keys: new Uint32Array(copied(read('keys').data)),
      coded: Object.fromEntries(CODED.map((name) => [name, coded(name)])) as Columns['coded'],
      labels: labels(''),
      raw: labels(RAW),
    }
  }

  saveText(dataset: number, generation: number, chunk: number, texts: Buffer): void {
    this.#save.run(dataset, generation, 'text', chunk, '', texts)
  }

  texts(dataset: number, generation: number): Iterable<Buffer> {
    return this.#texts.iterate(dataset, generation)
  }

  /** Whole or not at all; false when the texts of this generation are not all there (another process began a build of its own meanwhile). */
  save(dataset: number, state: SavedState, columns: Columns, chunks: number): boolean {
    return this.#db
      .transaction(() => {
        if (this.#textCount.get(dataset, state.generation) !== chunks) return false
        this.#deleteOthers.run(dataset, state.generation)
        this.#saveColumns(dataset, state.generation, columns)
        this.#saveState.run({ dataset, ...state, labelled: countBits(labelledBits(columns)) })
        this.#prune.run(dataset, state.change)
        return true
      })
      .immediate()
  }

  #saveColumns(dataset: number, generation: number, { keys, coded, labels, raw }: Columns): void {
    const save = (name: string, data: Buffer, note = ''): void => void this.#save.run(dataset, generation, name, 0, note, data)
    save('keys', bytes(keys))
    for (const name of CODED) save(name, bytes(coded[name].codes), JSON.stringify(coded[name].values))
    for (const value of RAW_VALUES) {
      save(value, Buffer.concat(labels[value].map(bytes)))
      save(`${RAW}${value}`, Buffer.concat(raw[value].map(bytes)))
    }
  }
}

/** Before the name of a bitmap: as the source says it. */
const RAW = 'raw-'

const bytes = ({ buffer, byteOffset, byteLength }: Codes): Buffer => Buffer.from(buffer, byteOffset, byteLength)

/** A blob's memory is not aligned. */
const copied = (data: Buffer): ArrayBuffer => new Uint8Array(data).buffer

function codesOf(data: Buffer, rows: number): Codes {
  const width = rows ? data.length / rows : 1
  return width === 1 ? new Uint8Array(copied(data)) : width === 2 ? new Uint16Array(copied(data)) : new Uint32Array(copied(data))
}
