import { extname, sep } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import type { DecodePool } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import type { JobContext } from '../jobs/jobs.ts'
import { filmsOfDicomdir, isDicomdir } from './dicomdir.ts'
import { inspectFilm } from './inspect.ts'
import { fileFilm } from './studyWriter.ts'
import { walk } from './walk.ts'

/** Films inspected at a time, and filed in one transaction. */
const BATCH = 16

/** Files that make no claim to be a film; they are only named as skipped when chosen themselves. */
const PAPERS = new Set(['.csv', '.tsv', '.gz', '.txt', '.md', '.json', '.html', '.htm', '.pdf', '.xml', '.log', '.py', '.yml', '.yaml'])
const PICTURE = /\.(jpe?g|png|tiff?)$/i

export interface FilmSources {
  /** Chosen one by one. */
  files: readonly string[]
  folders: readonly string[]
  /** Roots of data sets: a picture below one belongs to it or to nobody. */
  sets: readonly string[]
  /** Films that a data set has taken. */
  claimed: ReadonlySet<string>
}

type Refuse = (error: unknown, path: string) => void

/** Brings every film that no data set has claimed into the library, as an image of a study of a patient. */
export class FilmImport {
  readonly #store: Store
  readonly #pool: DecodePool
  readonly #job: JobContext
  readonly #refuse: Refuse

  constructor(store: Store, pool: DecodePool, job: JobContext, refuse: Refuse) {
    this.#store = store
    this.#pool = pool
    this.#job = job
    this.#refuse = refuse
  }

  /** @returns films that are new, and that were there */
  async run(sources: FilmSources, origin: 'opened' | 'sample'): Promise<{ images: number; known: number }> {
    const wanted = [...(await this.#find(sources))].filter((path) => !sources.claimed.has(path))
    const counts = { images: 0, known: 0 }
    for (let at = 0; at < wanted.length; at += BATCH) {
      const films = await Promise.all(wanted.slice(at, at + BATCH).map((path) => this.#inspect(path)))
      this.#store.transaction(() => {
        for (const film of films) if (film) counts[fileFilm(this.#store, film, origin) ? 'images' : 'known']++
      })
      await this.#job.breathe()
      this.#job.progress(Math.min(at + BATCH, wanted.length), wanted.length)
    }
    return counts
  }

  async #find({ files, folders, sets, claimed }: FilmSources): Promise<Set<string>> {
    const found = new Set<string>()
    for (const path of files) await this.#take(path, found)
    for (const folder of folders) {
      for await (const path of walk(folder, (at, error) => this.#refuse(new CodedError('FOLDER_UNREADABLE', `It cannot be read (${error.code}).`), at))) {
        if (claimed.has(path) || PAPERS.has(extname(path).toLowerCase())) continue
        if (PICTURE.test(path) && sets.some((root) => path.startsWith(root + sep))) this.#refuse(new CodedError('NOT_LISTED', 'No row of the label files names this picture.'), path)
        else if (/\.zip$/i.test(path)) this.#refuse(new CodedError('ARCHIVE_NOT_OPENED', 'Archives within a folder are not opened.', { remedy: 'Import the archive by itself.' }), path)
        else await this.#take(path, found)
        if (found.size % 1000 === 0) await this.#job.breathe()
      }
    }
    return found
  }

  async #take(path: string, found: Set<string>): Promise<void> {
    if (!isDicomdir(path)) {
      found.add(path)
      return
    }
    try {
      for (const film of await filmsOfDicomdir(this.#pool, path, this.#job.signal, this.#refuse)) found.add(film)
    } catch (error) {
      this.#job.signal.throwIfAborted()
      this.#refuse(error, path)
    }
  }

  /** Pictures are decoded to prove them whole; of DICOM the header and the length of the pixels tell, and a broken codestream shows when it is opened. */
  async #inspect(path: string) {
    try {
      return await inspectFilm(this.#pool, path, { decode: PICTURE.test(path), signal: this.#job.signal })
    } catch (error) {
      this.#job.signal.throwIfAborted()
      this.#refuse(error, path)
      return null
    }
  }
}
