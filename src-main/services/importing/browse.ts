import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { FolderEntry } from '#shared/contracts/importing.ts'
import { CodedError } from '#shared/errors.ts'

/** Entries that a page lists at once; folders of a whole data set are chosen, not read. */
const MOST = 5000

/** What a folder holds: folders first, hidden ones left out. Empty means the home folder. */
export async function browse(path: string): Promise<{ path: string; parent: string | null; entries: FolderEntry[] }> {
  const folder = path ? resolve(path) : homedir()
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new CodedError('FOLDER_UNREADABLE', `The folder cannot be read (${error.code}).`, { file: folder, cause: error })
  })
  const visible = names.filter((name) => !name.startsWith('.')).slice(0, MOST)
  const entries = (await Promise.all(visible.map((name) => entryOf(folder, name)))).filter((entry) => entry !== null)
  entries.sort((a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name, undefined, { numeric: true }))
  return { path: folder, parent: dirname(folder) === folder ? null : dirname(folder), entries }
}

/** Null for what is neither file nor folder, or gone (a dangling link). */
async function entryOf(folder: string, name: string): Promise<FolderEntry | null> {
  const path = join(folder, name)
  const about = await stat(path).catch(() => null)
  if (!about?.isFile() && !about?.isDirectory()) return null
  return { name, path, folder: about.isDirectory(), bytes: about.isFile() ? about.size : 0 }
}
