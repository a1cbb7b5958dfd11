import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CodedError } from '#shared/errors.ts'
import type { DecodePool, DirectoryRecord } from '#main/dicom/index.ts'

/** The name that the standard gives it (PS3.10 section 8.6), as discs and copies of discs spell it. */
export const isDicomdir = (path: string): boolean => /^dicomdir(\.|;1)?$/i.test(basename(path))

/**
 * The films that a DICOMDIR names, found. A record whose file is missing, leads out of the folder or is no image is told to `refuse`.
 * @throws what reading the directory throws
 */
export async function filmsOfDicomdir(pool: DecodePool, path: string, signal: AbortSignal, refuse: (error: unknown, path: string) => void): Promise<string[]> {
  const records = await pool.run({ task: 'directory', path }, { signal })
  const films: string[] = []
  const folder = new DiscFolder(dirname(path))
  for (const record of records) {
    try {
      films.push(await filmOf(record, folder, path))
    } catch (error) {
      refuse(error, path)
    }
  }
  return films
}

async function filmOf({ record, type, file }: DirectoryRecord, folder: DiscFolder, directory: string): Promise<string> {
  const named = join(dirname(directory), ...file)
  const said = `Record ${record} of ${basename(directory)}`
  if (file.some((part) => part === '..' || /[/\\:]/.test(part))) throw new CodedError('UNSAFE_PATH', `${said} leads out of its folder.`, { file: directory, remedy: 'Import the folder of films instead.' })
  if (type !== 'IMAGE') throw new CodedError('NO_PIXEL_DATA', `${said} is a ${type || 'record'} and no image.`, { file: named })
  const found = await folder.find(file)
  if (!found) throw new CodedError('FILE_NOT_FOUND', `${said} names a film that is not there.`, { file: named, remedy: 'Copy the whole medium, with all folders beside the DICOMDIR.' })
  return found
}

/** Discs list their names in capitals and with version numbers; copies of them often do not. */
class DiscFolder {
  readonly #root: string
  readonly #names = new Map<string, Promise<Map<string, string>>>()

  constructor(root: string) {
    this.#root = root
  }

  async find(parts: readonly string[]): Promise<string | null> {
    const plain = join(this.#root, ...parts)
    if ((await stat(plain).catch(() => null))?.isFile()) return plain
    let folder = this.#root
    for (const part of parts) {
      const name = (await this.#namesIn(folder)).get(part.toLowerCase())
      if (name === undefined) return null
      folder = join(folder, name)
    }
    return (await stat(folder).catch(() => null))?.isFile() ? folder : null
  }

  #namesIn(folder: string): Promise<Map<string, string>> {
    let names = this.#names.get(folder)
    if (!names) {
      names = readdir(folder).then((all) => new Map(all.map((name) => [name.toLowerCase().replace(/\.?(;1)?$/, ''), name])), () => new Map<string, string>())
      this.#names.set(folder, names)
    }
    return names
  }
}
