import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { failureOf } from './errors.mjs'
import { root } from './paths.mjs'
import { say } from './progress.mjs'
import { outsideEnvironment, run } from './run.mjs'
import { hashOf, readStamp, removeStamp, writeStamp } from './stamp.mjs'

/**
 * Installs what package-lock.json says, checked against its integrity hashes. With an unchanged lock file nothing is done.
 * The stamp lies in node_modules, which `npm ci` deletes first: a killed installation has none.
 * @throws {import('./errors.mjs').SetupError} NO_NETWORK, CHECKSUM_MISMATCH, DISK_FULL, DEPENDENCIES_FAILED
 */
export async function ensureDependencies(folder = root) {
  const stamp = join(folder, 'node_modules', '.xclassifier-lock')
  const wanted = hashOf(folder, ['package-lock.json'])
  if (readStamp(stamp) === wanted) return
  if (!matchesLock(readLock(join(folder, 'package-lock.json')), readLock(join(folder, 'node_modules', '.package-lock.json')))) {
    say('Installing the dependencies (npm ci) ...')
    removeStamp(stamp)
    const { code, output } = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], { cwd: folder, env: outsideEnvironment(), show: true })
    if (code !== 0) throw failureOf(output, 'installing the dependencies (npm ci)', { code: 'DEPENDENCIES_FAILED', remedy: 'Run `npm ci` by hand to see all of npm\'s output.' })
  }
  writeStamp(stamp, wanted)
}

/** @typedef {Record<string, {version?: string, integrity?: string, optional?: boolean, link?: boolean}>} Packages */

/**
 * Whether the tree that npm says it has installed is the one that the lock file asks for. npm writes its own record at the very end of an installation.
 * Optional packages may be missing: they are for other platforms.
 * @param {Packages | undefined} wanted
 * @param {Packages | undefined} installed
 */
export function matchesLock(wanted, installed) {
  if (!wanted || !installed) return false
  const same = (/** @type {string} */ name) => installed[name]?.version === wanted[name]?.version && installed[name]?.integrity === wanted[name]?.integrity
  const complete = Object.keys(wanted).every((name) => name === '' || same(name) || (!installed[name] && wanted[name]?.optional))
  return complete && Object.keys(installed).every((name) => name in wanted)
}

/**
 * @param {string} file
 * @returns {Packages | undefined}
 */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}
