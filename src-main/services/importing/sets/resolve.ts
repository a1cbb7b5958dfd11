import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, extname, isAbsolute, join } from 'node:path'
import { CodedError } from '#shared/errors.ts'

/** A film's file, found. */
export interface FoundFile {
  path: string
  bytes: number
}

/** Folders in which a film without its folder is looked for; public sets have at most some dozens. */
const MOST_FOLDERS = 200
const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.dcm', '.dicom', '.tif', '.tiff']

/**
 * Finds the files that a label file names: as spelt from its own folder, from the folder above, or with leading parts dropped
 * (a set is often unpacked without its outermost folder). The way that worked last is tried first.
 */
export class FileResolver {
  readonly #folder: string
  readonly #scattered: boolean
  #way = 0
  #below: Promise<string[]> | null = null

  /**
   * @param folder of the label file
   * @param scattered whether names may lack folders and extension: then two levels of folders below are searched
   */
  constructor(folder: string, scattered: boolean) {
    this.#folder = folder
    this.#scattered = scattered
  }

  /** @throws FILE_NOT_FOUND with the row */
  async find(named: string, row: number): Promise<FoundFile> {
    const ways = this.#ways(named)
    const found = (await this.#firstOf(ways)) ?? (this.#scattered ? await this.#firstOf([...ways, ...(await this.#waysBelow(named))]) : null)
    if (found) return found
    throw new CodedError('FILE_NOT_FOUND', `Row ${row} names a film that is not there.`, { file: named, row })
  }

  async #firstOf(ways: readonly string[]): Promise<FoundFile | null> {
    for (const way of [this.#way, ...ways.keys()]) {
      const path = ways[way]
      const about: Stats | null = path === undefined ? null : await stat(path).catch(() => null)
      if (!about?.isFile()) continue
      this.#way = way
      return { path: path!, bytes: about.size }
    }
    return null
  }

  #ways(named: string): string[] {
    const parts = named.split('/')
    const dropped = parts.slice(1).map((_, i) => join(this.#folder, ...parts.slice(i + 1)))
    const whole = isAbsolute(named) ? named : join(this.#folder, named)
    return [whole, join(dirname(this.#folder), named), ...dropped]
  }

  /** The same way has the same place in the list for every film of a set. */
  async #waysBelow(named: string): Promise<string[]> {
    const bare = named.slice(named.lastIndexOf('/') + 1)
    const names = extname(bare).length > 1 && /^\.[a-z]{3,5}$/i.test(extname(bare)) ? [bare] : [bare, ...EXTENSIONS.map((extension) => bare + extension)]
    this.#below ??= foldersBelow(this.#folder)
    const folders = [this.#folder, ...(await this.#below)]
    return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...(names.length > 1 ? EXTENSIONS.map((extension) => join(this.#folder, named + extension)) : [])]
  }
}

async function foldersBelow(root: string): Promise<string[]> {
  const of = async (folder: string): Promise<string[]> =>
    (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name)).sort()
  const first = await of(root)
  const second = await Promise.all(first.slice(0, MOST_FOLDERS).map(of))
  return [...first, ...second.flat()].slice(0, MOST_FOLDERS)
}
