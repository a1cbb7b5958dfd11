import { readFileSync } from 'node:fs'

/**
 * Whether another process of this id runs. False for this process: what it finds under its own id in a database was written by an earlier bearer.
 * False too for one that has ended and only waits for its parent to notice, which in a container without an init process may be for ever.
 */
export function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !isZombie(pid)
}

/** By the state in proc(5): what follows the name of the program, which may hold parentheses itself. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}
