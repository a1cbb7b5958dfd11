import { hash } from 'node:crypto'
import { realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { JobContext } from '../../jobs/jobs.ts'
import { isZip } from './directory.ts'
import { unpack } from './unpack.ts'

/**
 * Paths to import, each ZIP archive among them replaced by the folder that it was unpacked into. The same archive has the same folder again, so that
 * importing it twice adds nothing. An archive that cannot be unpacked is told to `refuse`.
 * @param archives folder for what is unpacked
 */
export async function openArchives(paths: readonly string[], archives: string, job: JobContext, refuse: (error: unknown, path: string) => void): Promise<string[]> {
  const opened: string[] = []
  for (const path of paths) {
    if (!(await stat(path).catch(() => null))?.isFile() || !(await isZip(path))) {
      opened.push(path)
      continue
    }
    const { size, mtimeMs } = await stat(path)
    const id = hash('sha256', JSON.stringify([await realpath(path), size, mtimeMs])).slice(0, 16)
    const folder = join(archives, id, basename(path).replace(/\.zip$/i, ''))
    try {
      await unpack(path, folder, { refuse, progress: (done, total) => job.progress(done, total), breathe: () => job.breathe() })
      opened.push(folder)
    } catch (error) {
      job.signal.throwIfAborted()
      refuse(error, path)
    }
  }
  return opened
}
