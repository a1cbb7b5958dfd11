import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Every file below a folder, in the order of its names. Links are followed, but no folder is entered twice, so a link to a folder above ends the way there.
 * What cannot be read is told to `refused`.
 */
export async function* walk(folder: string, refused: (path: string, error: NodeJS.ErrnoException) => void, visited = new Set<string>()): AsyncGenerator<string> {
  const real = await realpath(folder).catch((error: NodeJS.ErrnoException) => refused(folder, error))
  if (!real || visited.has(real)) return
  visited.add(real)
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => refused(folder, error))
  if (!entries) return
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    const about = entry.isSymbolicLink() ? await stat(path).catch((error: NodeJS.ErrnoException) => refused(path, error)) : entry
    if (about?.isDirectory()) yield* walk(path, refused, visited)
    else if (about?.isFile()) yield path
  }
}
