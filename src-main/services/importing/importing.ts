import { basename } from 'node:path'
import type { Job } from '#shared/domain/job.ts'
import type { Mapping, SourceTable } from '#shared/domain/sources.ts'
import { CodedError } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { Folders } from '../folders.ts'
import type { JobContext, JobsService } from '../jobs/jobs.ts'
import { openArchives } from './archives/open.ts'
import { FilmImport } from './films.ts'
import { gather } from './gather.ts'
import type { Gathered } from './gather.ts'
import type { LabelTable } from './layouts/layout.ts'
import { fits } from './layouts/mapped.ts'
import type { MappingOf } from './layouts/recognise.ts'
import { Mappings } from './mappings.ts'
import { sourceTables } from './preview.ts'
import { importSet, nameOfSet } from './sets/importSet.ts'
import { officialSplit } from './sets/officialSplit.ts'
import { skippedFile } from './sets/skipped.ts'
import { recordsOf } from './tables/csv.ts'

export interface ImportRequest {
  /** Files, folders and ZIP archives. */
  paths: string[]
  /** `dataset`: it is an error when no label file is found; `studies`: label files are not looked for. */
  as: 'auto' | 'studies' | 'dataset'
  /** Of the data set. */
  name?: string | undefined
  labelsOnly: boolean
  sample?: boolean
  /** For tables that have its columns. */
  mapping?: Mapping | undefined
}

type Refuse = (error: unknown, path: string) => void

/** Brings films and labels into the library. Originals are neither changed nor copied (archives are unpacked into the data folder); what is bad costs only itself. */
export class ImportingService {
  readonly #store: Store
  readonly #host: Host
  readonly #pool: DecodePool
  readonly #jobs: JobsService
  readonly #folders: Folders
  readonly #mappings: Mappings

  constructor(store: Store, host: Host, pool: DecodePool, jobs: JobsService, folders: Folders) {
    this.#store = store
    this.#host = host
    this.#pool = pool
    this.#jobs = jobs
    this.#folders = folders
    this.#mappings = new Mappings(store)
    jobs.register<ImportRequest>('import', { resumable: true, run: (request, job) => this.run(request, job) })
  }

  /**
   * Queue an import; its result is `{images, known}` (films that are new, and that were there), or of a data set
   * `{dataset, name, images, patients, studies, labelled, opened, sets}` and, where there are such, `unmapped` (words without a counterpart among the labels)
   * and `split` (id of the set's own).
   */
  start(request: ImportRequest): Job {
    const [first = ''] = request.paths
    const more = request.paths.length > 1 ? ` and ${request.paths.length - 1} more` : ''
    return this.#jobs.start('import', `Import ${basename(first)}${more}`, request)
  }

  /** What the tables below these paths are, before anything is imported. */
  tables(paths: readonly string[]): Promise<SourceTable[]> {
    return sourceTables(paths, this.#mappings)
  }

  async run(request: ImportRequest, job: JobContext): Promise<Job['result']> {
    const refuse: Refuse = (error, path) => job.skip(skippedFile(error, path))
    const paths = await openArchives(request.paths, this.#folders.archives, job, refuse)
    const gathered = await gather(paths, request.as !== 'studies', this.#mappingOf(request), refuse)
    const claimed = new Set<string>()
    const sets: StoredDataset[] = []
    const tables = [...gathered.sets.values()].flat()
    for (const [root, ofRoot] of gathered.sets) {
      const set = await this.#importSet(root, ofRoot, request, job, claimed)
      if (!set) continue
      await this.#store.datasetImages.prepare(set.key, () => job.breathe())
      sets.push(set)
    }
    if (request.as === 'dataset' && !sets.length) throw noDataset(request, gathered)
    const sources = { files: gathered.files, folders: gathered.folders, sets: [...gathered.sets.keys()], claimed }
    const films = request.labelsOnly ? { images: 0, known: 0 } : await new FilmImport(this.#store, this.#pool, job, refuse).run(sources, request.sample ? 'sample' : 'opened')
    const splits = sets.flatMap((set) => officialSplit(this.#store, set)?.id ?? [])
    this.#host.emit('changed', { what: ['studies', 'datasets'] })
    return resultOf(sets, films, unmappedIn(tables), splits)
  }

  /** The mapping that came with the request, remembered from now on; else the one that its header had before. */
  #mappingOf({ mapping }: ImportRequest): MappingOf {
    return (table) => {
      if (!mapping || !fits(table, mapping)) return this.#mappings.recall(table)
      this.#mappings.remember(table, mapping)
      return mapping
    }
  }

  async #importSet(root: string, tables: LabelTable[], request: ImportRequest, job: JobContext, claimed: Set<string>): Promise<StoredDataset | null> {
    const { name, labelsOnly, sample = false } = request
    const set = { root, tables, name: name ?? nameOfSet(root, await firstPath(tables)) }
    return importSet({ store: this.#store, pool: this.#pool }, set, { name, labelsOnly, sample }, job, claimed)
  }
}

/** Film of the first row that can be read. */
async function firstPath(tables: readonly LabelTable[]): Promise<string | null> {
  for (const { table, read } of tables) {
    for await (const records of recordsOf(table, 1)) {
      try {
        return read(records[0]!).path
      } catch {
        // The import tells what is wrong with the row.
      }
      break
    }
  }
  return null
}

/** `emphysema 2516, hernia 227`, most frequent first. */
function unmappedIn(tables: readonly LabelTable[]): string {
  const counts = new Map<string, number>()
  for (const { unmapped } of tables) for (const [word, rows] of unmapped) counts.set(word, (counts.get(word) ?? 0) + rows)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([word, rows]) => `${word} ${rows}`).join(', ')
}

function resultOf(sets: readonly StoredDataset[], films: { images: number; known: number }, unmapped: string, splits: readonly string[]): Job['result'] {
  const [set] = sets
  if (!set) return films
  const { id: dataset, name, images, patients, studies, labelled } = set
  return { dataset, name, images, patients, studies, labelled, opened: films.images, sets: sets.length, ...(unmapped && { unmapped }), ...(splits[0] && { split: splits[0] }) }
}

function noDataset({ labelsOnly }: ImportRequest, { sets }: Gathered): CodedError {
  if (sets.size && !labelsOnly) {
    return new CodedError('NO_FILMS', 'None of the films that the label files name could be used; the list of what was skipped says why.', {
      remedy: 'Put the label files beside the films they name, or import the labels only.',
    })
  }
  return new CodedError('NO_LABEL_FILE', 'No usable label file was found: neither CheXpert, MIMIC-CXR, ChestX-ray14 or PadChest, nor a table whose columns were explained.', {
    remedy: 'Choose the folder that holds the label files, or the table itself, and say which of its columns holds what.',
  })
}
