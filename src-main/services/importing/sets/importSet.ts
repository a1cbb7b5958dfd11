import { basename, dirname } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { JobContext } from '../../jobs/jobs.ts'
import { inspectFilm } from '../inspect.ts'
import type { LabelTable, SetRow } from '../layouts/layout.ts'
import { countRows, isTable, recordsOf } from '../tables/csv.ts'
import { skippedRow } from './skipped.ts'
import type { SkippedRow } from './skipped.ts'
import { FileResolver } from './resolve.ts'
import type { FoundFile } from './resolve.ts'
import { DatasetWriter } from './writer.ts'
import type { FilmFile } from './writer.ts'

/** The label tables of one folder: together they are one data set. */
export interface LabelSet {
  /** Real path of the folder, or of the one file that was chosen: what makes it the same set again. */
  root: string
  name: string
  tables: LabelTable[]
}

export interface SetOptions {
  /** Chosen by the user: it must be free or belong to this very set. */
  name?: string | undefined
  labelsOnly: boolean
  sample: boolean
}

interface Tools {
  store: Store
  pool: DecodePool
}

/** Rows a transaction: labels alone are quick, films are decoded one by one. */
const BATCH = { labels: 1000, films: 64 }

/**
 * Import the rows of a set, with their films unless told otherwise; each film is decoded, so that a corrupt one is found here and not in training.
 * Rows that cannot be used are told to the job and kept with the set; the others are in.
 * @param claimed every file that a row names is added to it
 * @returns the set, null when no row could be used
 */
export async function importSet(tools: Tools, set: LabelSet, options: SetOptions, job: JobContext, claimed: Set<string>): Promise<StoredDataset | null> {
  const run = new SetImport(tools, set, options, job, claimed)
  return run.run()
}

class SetImport {
  readonly #tools: Tools
  readonly #set: LabelSet
  readonly #options: SetOptions
  readonly #job: JobContext
  readonly #claimed: Set<string>
  readonly #skipped: SkippedRow[] = []
  /** The one that is being read. */
  #table = ''
  #dataset: StoredDataset | null
  #writer: DatasetWriter | null = null
  #done = 0

  constructor(tools: Tools, set: LabelSet, options: SetOptions, job: JobContext, claimed: Set<string>) {
    this.#tools = tools
    this.#set = set
    this.#options = options
    this.#job = job
    this.#claimed = claimed
    this.#dataset = findSet(tools.store, set, options)
  }

  async run(): Promise<StoredDataset | null> {
    const { store } = this.#tools
    const { tables } = this.#set
    let total = 0
    for (const { table } of tables) total += await countRows(table.path)
    if (this.#dataset) store.datasets.clearSkips(this.#dataset.key)
    for (const table of tables) {
      this.#table = table.table.path
      try {
        await this.#importTable(table, total)
      } catch (error) {
        if (!(error instanceof CodedError) || error.code !== 'CSV_UNREADABLE') throw error
        this.#skip(error, table.table.path)
      }
    }
    this.#job.progress(this.#done, this.#done)
    this.#keepSkips()
    return this.#dataset && store.datasets.get(this.#dataset.id)
  }

  async #importTable({ table, scattered, read }: LabelTable, total: number): Promise<void> {
    const resolver = new FileResolver(dirname(table.path), scattered)
    for await (const records of recordsOf(table, this.#options.labelsOnly ? BATCH.labels : BATCH.films)) {
      const rows = records.flatMap((record) => this.#tolerate(() => read(record), table.path) ?? [])
      await this.#importRows(rows, resolver)
      this.#done += records.length
      this.#job.progress(this.#done, Math.max(total, this.#done))
      await this.#job.breathe()
    }
  }

  async #importRows(rows: SetRow[], resolver: FileResolver): Promise<void> {
    const films = this.#options.labelsOnly ? null : await Promise.all(rows.map((row) => this.#film(row, resolver)))
    this.#tools.store.transaction(() => {
      rows.forEach((row, i) => {
        if (films && !films[i]) return
        this.#writeRow(row, films?.[i] ?? null)
      })
      this.#keepSkips()
    })
  }

  #writeRow(row: SetRow, film: FilmFile | 'known' | null): void {
    const known = this.#dataset && this.#open().known(row.path)
    if (known?.twice) this.#skip(new CodedError('DUPLICATE_ROW', `Row ${row.row} names a film that a row before it has named.`, { file: row.path, row: row.row }), row.path)
    else if (!known) this.#open().add(row, film === 'known' ? null : film)
    else if (film && film !== 'known') this.#open().attach(known.image, film)
  }

  /** The set is made with its first usable row, so that a file of nothing but bad rows leaves none behind. */
  #open(): DatasetWriter {
    const { datasets } = this.#tools.store
    const { labelsOnly, sample } = this.#options
    this.#dataset ??= datasets.create({ name: freeName(this.#tools.store, this.#set.name), format: this.#set.tables[0]!.format, root: this.#set.root, hasFiles: !labelsOnly, sample })
    if (!this.#writer && !labelsOnly && !this.#dataset.hasFiles) datasets.setHasFiles(this.#dataset.key)
    this.#writer ??= new DatasetWriter(this.#tools.store, this.#dataset.key)
    return this.#writer
  }

  /** The film of a row, decoded once; null when it cannot be used, `known` when it is in already as it is. */
  async #film(row: SetRow, resolver: FileResolver): Promise<FilmFile | 'known' | null> {
    try {
      const found = await resolver.find(row.path, row.row)
      this.#claimed.add(found.path)
      if (this.#isKnown(row.path, found)) return 'known'
      return await inspectFilm(this.#tools.pool, found.path, { decode: true, signal: this.#job.signal })
    } catch (error) {
      this.#job.signal.throwIfAborted()
      this.#skip(error, row.path)
      return null
    }
  }

  /** Whether the row is in with this very file. */
  #isKnown(named: string, found: FoundFile): boolean {
    const { datasetImages, images } = this.#tools.store
    const known = this.#dataset && datasetImages.find(this.#dataset.key, named)
    const file = known && images.fileOf(known.image)
    return file?.path === found.path && file.bytes === found.bytes
  }

  #tolerate<T>(work: () => T, path: string): T | null {
    try {
      return work()
    } catch (error) {
      this.#skip(error, path)
      return null
    }
  }

  #skip(error: unknown, path: string): void {
    this.#skipped.push(skippedRow(error, path, this.#table))
  }

  #keepSkips(): void {
    for (const { inSet, ...file } of this.#skipped.splice(0)) {
      this.#job.skip(file)
      if (this.#dataset) this.#tools.store.datasets.skip(this.#dataset.key, { ...file, path: inSet })
    }
  }
}

/** The set as it was imported before. A name that belongs to another set is not touched. @throws NAME_TAKEN */
function findSet({ datasets }: Store, set: LabelSet, { name }: SetOptions): StoredDataset | null {
  const same = datasets.ofRoot(set.root)
  if (name === undefined) return same[0] ?? null
  const found = same.find((dataset) => dataset.name === name)
  if (!found && datasets.find(name)) {
    throw new CodedError('NAME_TAKEN', `There is already a data set "${name}" of other files.`, { remedy: 'Choose another name, or remove that data set first.' })
  }
  return found ?? null
}

function freeName({ datasets }: Store, name: string): string {
  let free = name
  for (let i = 2; datasets.find(free); i++) free = `${name} ${i}`
  return free
}

/** What a set is called unless the user says: its folder; for a lone file the folder its rows name, else the file. */
export function nameOfSet(root: string, firstPath: string | null): string {
  if (!isTable(root)) return basename(root)
  const parts = firstPath?.split('/') ?? []
  return parts.length >= 4 && parts[0] ? parts[0] : basename(root).replace(/\.[ct]sv(\.gz)?$/i, '')
}
