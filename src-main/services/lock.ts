import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from './alive.ts'

/** Locks that a task of this process holds or is about to take: `isAlive` takes them for those of an earlier bearer of its id. */
const held = new Set<string>()

/** A lock file without an owner for so long was left by a crash, in milliseconds. */
const STALE = 5000
const RETRY = 200

/**
 * Wait until no other task of any process holds the lock file, and take it. The lock of a process that is gone is taken over.
 * @returns what gives it back
 */
export async function lock(path: string, signal: AbortSignal): Promise<() => Promise<void>> {
  while (held.has(path)) await sleep(RETRY, undefined, { signal })
  held.add(path)
  try {
    while (!(await take(path))) await sleep(RETRY, undefined, { signal })
  } catch (error) {
    held.delete(path)
    throw error
  }
  return async () => {
    await rm(path, { force: true })
    held.delete(path)
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, `${process.pid}`, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (await isLeft(path)) await rm(path, { force: true })
    return false
  }
}

async function isLeft(path: string): Promise<boolean> {
  const owner = Number(await readFile(path, 'utf8').catch(() => ''))
  if (owner) return !isAlive(owner)
  const about = await stat(path).catch(() => null)
  return about !== null && Date.now() - about.mtimeMs > STALE
}
