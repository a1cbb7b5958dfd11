import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { CodedError } from '#shared/errors.ts'

/** A film's file, found. */
export interface FoundFile {
  path: string
  bytes: number
}

/**
 * Finds the files that a label file names: as spelt from its own folder, from the folder above, or with leading parts dropped
 * (a set is often unpacked without its outermost folder). The way that worked last is tried first.
 */
export class FileResolver {
  readonly #folder: string
  #way = 0

  /** @param folder of the label file */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws FILE_NOT_FOUND with the row */
  async find(named: string, row: number): Promise<FoundFile> {
    const ways = this.#ways(named)
    for (const way of [this.#way, ...ways.keys()]) {
      const path = ways[way]
      const about: Stats | null = path === undefined ? null : await stat(path).catch(() => null)
      if (!about?.isFile()) continue
      this.#way = way
      return { path: path!, bytes: about.size }
    }
    throw new CodedError('FILE_NOT_FOUND', `Row ${row} names a film that is not there.`, { file: named, row })
  }

  #ways(named: string): string[] {
    const parts = named.split('/')
    const dropped = parts.slice(1).map((_, i) => join(this.#folder, ...parts.slice(i + 1)))
    const whole = isAbsolute(named) ? named : join(this.#folder, named)
    return [whole, join(dirname(this.#folder), named), ...dropped]
  }
}
