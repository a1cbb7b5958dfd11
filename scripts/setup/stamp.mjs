import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/**
 * Hash of the names and contents of files and of folders' files; a path that does not exist counts as such.
 * @param {string} base names are taken relative to it
 * @param {string[]} paths
 * @param {(name: string) => boolean} [accept]
 */
export function hashOf(base, paths, accept = () => true) {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of filesUnder(join(base, path)).filter((name) => accept(name))) {
      const content = readFileSync(file)
      hash.update(`${relative(base, file)}\0${content.length}\0`).update(content)
    }
    hash.update('\n')
  }
  return hash.digest('hex')
}

/**
 * @param {string} path
 * @returns {string[]} sorted, so that the hash does not depend on the file system
 */
function filesUnder(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return []
  if (!stat.isDirectory()) return [path]
  return readdirSync(path).sort().flatMap((name) => filesUnder(join(path, name)))
}

/** @param {string} file */
export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

/**
 * Written last, after the work it stands for, and renamed into place, so that a stamp is never there for half-done work.
 * @param {string} file
 * @param {string} value
 */
export function writeStamp(file, value) {
  mkdirSync(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  writeFileSync(temporary, `${value}\n`)
  renameSync(temporary, file)
}

/** @param {string} file */
export function removeStamp(file) {
  rmSync(file, { force: true })
}
