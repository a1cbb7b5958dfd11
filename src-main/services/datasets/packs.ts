import { mkdir } from 'node:fs/promises'
import { CodedError, toErrorShape } from '#shared/errors.ts'
import type { DecodePool, InputOptions } from '#main/dicom/index.ts'
import type { Store } from '#main/store/index.ts'
import type { DatasetFile } from '#main/store/repositories/datasetImages.ts'
import type { FilmMeasures, UnreadableFilm } from '#main/store/repositories/filmMeasures.ts'
import type { Folders } from '../folders.ts'
import { lock } from '../lock.ts'
import { PackPart, fingerprint, packPath, readPack } from './packFile.ts'
import type { PackFacts, PackLook, UnreadableRow } from './packFile.ts'
import { measuresToKeep } from './quality/measuring.ts'

export interface Pack {
  file: string
  /** One a film of the set. */
  rows: number
  unreadable: ReadonlySet<number>
}

export interface PackOptions extends PackLook {
  signal: AbortSignal
  /** Hash a pack that stands already, though nothing has touched it. */
  verify?: boolean
  progress(done: number, total: number): void
}

/** Films decoded between two writes. */
const BATCH = 64

/**
 * Packs: all films of a data set as the network sees them, `[rows, size, size]` grey, row i being row i of the set. Made once for each size;
 * training then reads 50 kB a film instead of decoding it every epoch.
 */
export class PacksService {
  readonly #store: Store
  readonly #folders: Folders
  readonly #pool: DecodePool

  constructor(store: Store, folders: Folders, pool: DecodePool) {
    this.#store = store
    this.#folders = folders
    this.#pool = pool
  }

  /**
   * The pack of a data set, made (or made anew, when the set has changed) where it is missing; an interrupted one goes on where it stood.
   * Films that cannot be read are listed with the set, and their rows named in `unreadable`.
   * @param dataset id or name
   */
  async ensure(dataset: string, size: number, options: PackOptions): Promise<Pack> {
    const { id, key } = this.#store.datasets.get(dataset)
    await mkdir(this.#folders.packs, { recursive: true })
    const file = packPath(this.#folders.packs, id, size, options)
    const release = await lock(`${file}.lock`, options.signal)
    try {
      return await this.#make(key, file, size, options)
    } finally {
      await release()
    }
  }

  /** The pack when it stands whole already; nothing is made. */
  async ready(dataset: string, size: number): Promise<Pack | null> {
    const { id, key } = this.#store.datasets.get(dataset)
    const file = packPath(this.#folders.packs, id, size)
    const facts = await readPack(file, fingerprint(this.#store.datasetImages.files(key).map(({ path }) => path)))
    return facts && packOf(file, facts)
  }

  async #make(key: number, file: string, size: number, { signal, progress, verify, depth, equalise }: PackOptions): Promise<Pack> {
    const films = this.#store.datasetImages.files(key)
    const list = fingerprint(films.map(({ path }) => path))
    const ready = await readPack(file, list, verify)
    if (ready) return packOf(file, ready)

    const part = await PackPart.open(file, { rows: films.length, size, films: list, ...(depth && { depth }) })
    const unmeasured = this.#store.filmMeasures.unmeasured(key, films.length)
    const input = { size, ...(depth && { depth }), ...(equalise && { equalise }) }
    try {
      while (part.done < films.length) {
        signal.throwIfAborted()
        progress(part.done, films.length)
        const batch = await Promise.all(films.slice(part.done, part.done + BATCH).map((film) => this.#read(film, input, unmeasured[film.row] === 1, signal)))
        this.#store.filmMeasures.save(key, batch.flatMap(({ measured }) => measured ?? []))
        await part.append(batch.map(({ picture }) => picture), batch.flatMap(({ failed }) => failed ?? []))
      }
    } catch (error) {
      await part.pause()
      throw error
    }
    const { failed, ...facts } = await part.finish()
    for (const { path, code, message } of failed) this.#store.datasets.skip(key, { path, code, message })
    progress(films.length, films.length)
    return packOf(file, facts)
  }

  /** A film that was never measured is measured from the same decoding. */
  async #read({ row, path, named }: DatasetFile, input: InputOptions, measure: boolean, signal: AbortSignal): Promise<ReadFilm> {
    try {
      if (path === null) throw new CodedError('LABELS_ONLY', 'Only the labels of this film were imported.')
      if (!measure) return { picture: await this.#pool.run({ task: 'input', path, ...input }, { signal }), failed: null, measured: null }
      const { input: picture, measures } = await this.#pool.run({ task: 'measure', path, options: input }, { signal })
      return { picture, failed: null, measured: { row, film: measuresToKeep(measures) } }
    } catch (error) {
      signal.throwIfAborted()
      const { code, message } = toErrorShape(error)
      if (code === 'POOL_CLOSED') throw error
      return { picture: null, failed: { row, path: named, code, message }, measured: measure && path !== null ? { row, film: { code, message } } : null }
    }
  }
}

interface ReadFilm {
  picture: Uint8Array | null
  failed: UnreadableRow | null
  measured: { row: number; film: FilmMeasures | UnreadableFilm } | null
}

const packOf = (file: string, { rows, unreadable }: PackFacts): Pack => ({ file, rows, unreadable: new Set(unreadable) })
