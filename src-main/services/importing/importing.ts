import { basename, extname, sep } from 'node:path'
import type { Job } from '#shared/domain/job.ts'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import type { Host } from '#main/host/host.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { JobContext, JobsService } from '../jobs/jobs.ts'
import { importSet, nameOfSet } from './chexpert/importSet.ts'
import { recordsOf } from './chexpert/labelFile.ts'
import type { LabelFile } from './chexpert/labelFile.ts'
import { gather } from './gather.ts'
import type { Gathered } from './gather.ts'
import { inspectFilm } from './inspect.ts'
import { fileFilm } from './studyWriter.ts'
import { walk } from './walk.ts'

export interface ImportRequest {
  /** Files and folders. */
  paths: string[]
  /** `dataset`: it is an error when no label file is found; `studies`: label files are not looked for. */
  as: 'auto' | 'studies' | 'dataset'
  /** Of the data set. */
  name?: string | undefined
  labelsOnly: boolean
  sample?: boolean
}

/** Films inspected at a time, and filed in one transaction. */
const BATCH = 16

/** Files that make no claim to be a film; they are only named as skipped when chosen themselves. */
const PAPERS = new Set(['.csv', '.gz', '.txt', '.md', '.json', '.html', '.htm', '.pdf', '.xml', '.log', '.zip', '.py', '.yml', '.yaml'])

/** Brings films and labels into the library. Originals are neither changed nor copied; what is bad costs only itself. */
export class ImportingService {
  readonly #store: Store
  readonly #host: Host
  readonly #pool: DecodePool
  readonly #jobs: JobsService

  constructor(store: Store, host: Host, pool: DecodePool, jobs: JobsService) {
    this.#store = store
    this.#host = host
    this.#pool = pool
    this.#jobs = jobs
    jobs.register<ImportRequest>('import', { resumable: true, run: (request, job) => this.run(request, job) })
  }

  /** Queue an import; its result is `{images, known}` (films that are new, and that were there), or of a data set `{dataset, name, images, patients, studies, labelled, opened, sets}`. */
  start(request: ImportRequest): Job {
    const [first = ''] = request.paths
    const more = request.paths.length > 1 ? ` and ${request.paths.length - 1} more` : ''
    return this.#jobs.start('import', `Import ${basename(first)}${more}`, request)
  }

  async run(request: ImportRequest, job: JobContext): Promise<Job['result']> {
    const refuse = (error: unknown, path: string): void => {
      const { code, message, file = path } = toErrorShape(error)
      job.skip({ path: file, code, message })
    }
    const gathered = await gather(request.paths, request.as !== 'studies', refuse)
    const claimed = new Set<string>()
    const sets: StoredDataset[] = []
    for (const [root, files] of gathered.sets) {
      const set = await this.#importSet(root, files, request, job, claimed)
      if (set) sets.push(set)
    }
    if (request.as === 'dataset' && !sets.length) throw noDataset(request, gathered)
    const films = request.labelsOnly ? { images: 0, known: 0 } : await this.#importFilms(gathered, claimed, request, job, refuse)
    this.#host.emit('changed', { what: ['studies', 'datasets'] })
    return resultOf(sets, films)
  }

  async #importSet(root: string, files: LabelFile[], request: ImportRequest, job: JobContext, claimed: Set<string>): Promise<StoredDataset | null> {
    const { name, labelsOnly, sample = false } = request
    const set = { root, files, name: name ?? nameOfSet(root, await firstPath(files)) }
    return importSet({ store: this.#store, pool: this.#pool }, set, { name, labelsOnly, sample }, job, claimed)
  }

  /** Every film that no label file has claimed becomes an image of a study; pictures within a data set's folder do not, for they lack their row. */
  async #importFilms(gathered: Gathered, claimed: Set<string>, request: ImportRequest, job: JobContext, refuse: (error: unknown, path: string) => void) {
    const setFolders = [...gathered.sets.keys()]
    const counts = { images: 0, known: 0 }
    const file = async (paths: string[]): Promise<void> => {
      const films = await Promise.all(paths.map((path) => this.#inspect(path, job, refuse)))
      this.#store.transaction(() => {
        for (const film of films) if (film) counts[fileFilm(this.#store, film, request.sample ? 'sample' : 'opened') ? 'images' : 'known']++
      })
      await job.breathe()
    }
    const found = [...gathered.files]
    for (const folder of gathered.folders) {
      for await (const path of walk(folder, (at, error) => refuse(new CodedError('FOLDER_UNREADABLE', `It cannot be read (${error.code}).`), at))) {
        if (claimed.has(path) || PAPERS.has(extname(path).toLowerCase())) continue
        if (/\.(jpe?g|png)$/i.test(path) && setFolders.some((root) => path.startsWith(root + sep))) {
          refuse(new CodedError('NOT_LISTED', 'No row of the label files names this picture.'), path)
        } else found.push(path)
        if (found.length % 1000 === 0) await job.breathe()
      }
    }
    const wanted = found.filter((path) => !claimed.has(path))
    for (let at = 0; at < wanted.length; at += BATCH) {
      await file(wanted.slice(at, at + BATCH))
      job.progress(Math.min(at + BATCH, wanted.length), wanted.length)
    }
    return counts
  }

  /** Pictures are decoded to prove them whole; of DICOM the header and the length of the pixels tell, and a broken codestream shows when it is opened. */
  async #inspect(path: string, job: JobContext, refuse: (error: unknown, path: string) => void) {
    try {
      return await inspectFilm(this.#pool, path, { decode: /\.(jpe?g|png)$/i.test(path), signal: job.signal })
    } catch (error) {
      job.signal.throwIfAborted()
      refuse(error, path)
      return null
    }
  }
}

async function firstPath(files: readonly LabelFile[]): Promise<string | null> {
  for (const file of files) for await (const [record] of recordsOf(file, 1)) return record?.cells[file.pathColumn] ?? null
  return null
}

function resultOf(sets: readonly StoredDataset[], films: { images: number; known: number }): Job['result'] {
  const [set] = sets
  if (!set) return films
  const { id: dataset, name, images, patients, studies, labelled } = set
  return { dataset, name, images, patients, studies, labelled, opened: films.images, sets: sets.length }
}

function noDataset({ labelsOnly }: ImportRequest, { sets }: Gathered): CodedError {
  if (sets.size && !labelsOnly) {
    return new CodedError('NO_FILMS', 'None of the films that the label files name could be used; the list of what was skipped says why.', {
      remedy: 'Put the label files beside the films they name, or import the labels only.',
    })
  }
  return new CodedError('NO_LABEL_FILE', 'No usable label file was found: a CSV with a column "Path" and the 14 observations of CheXpert.', {
    remedy: 'Choose the folder that holds train.csv, or the CSV itself.',
  })
}
