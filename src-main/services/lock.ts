import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from './alive.ts'

/** Locks of this process, which `isAlive` takes for those of an earlier bearer of its id. */
const held = new Set<string>()

/** A lock file without an owner for so long was left by a crash, in milliseconds. */
const STALE = 5000

/**
 * Wait until no other task of any process holds the lock file, and take it. The lock of a process that is gone is taken over.
 * @returns what gives it back
 */
export async function lock(path: string, signal: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(path, `${process.pid}`, { flag: 'wx' })
      held.add(path)
      return async () => {
        held.delete(path)
        await rm(path, { force: true })
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (!held.has(path) && (await isLeft(path))) await rm(path, { force: true })
      else await sleep(200, undefined, { signal })
    }
  }
}

async function isLeft(path: string): Promise<boolean> {
  const owner = Number(await readFile(path, 'utf8').catch(() => ''))
  if (owner) return !isAlive(owner)
  const about = await stat(path).catch(() => null)
  return about !== null && Date.now() - about.mtimeMs > STALE
}
