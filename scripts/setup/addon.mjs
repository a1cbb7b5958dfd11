import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { failureOf } from './errors.mjs'
import { root } from './paths.mjs'
import { say } from './progress.mjs'
import { run } from './run.mjs'
import { hashOf, readStamp, removeStamp, writeStamp } from './stamp.mjs'

const native = join('src-main', 'engine', 'runtime', 'native')

/**
 * Makes sure that the native addon is there: a prebuild of the repository, else one built here with node-gyp.
 * @param {string} node path of the Node that will load it
 * @throws {import('./errors.mjs').SetupError} ADDON_BUILD_FAILED
 */
export async function ensureAddon(node, folder = root) {
  const home = join(folder, native)
  if (hasAddon(join(home, 'prebuilds', `${process.platform}-${process.arch}`))) return
  const stamp = join(home, 'build', '.stamp')
  const sources = hashOf(home, ['binding.gyp', 'src'])
  if (readStamp(stamp) === sources && hasAddon(join(home, 'build', 'Release'))) return
  say('Building the native addon (node-gyp) ...')
  removeStamp(stamp)
  const { code, output } = await run(node, [join(folder, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'), 'rebuild', ...headers(node)], { cwd: home, show: true })
  if (code !== 0 || !hasAddon(join(home, 'build', 'Release'))) {
    throw failureOf(output, 'building the native addon', { code: 'ADDON_BUILD_FAILED', remedy: 'Install a C++ compiler, make and Python 3 (Debian and Ubuntu: apt install g++ make python3; macOS: xcode-select --install).' })
  }
  writeStamp(stamp, sources)
}

/** @param {string} folder */
function hasAddon(folder) {
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.node'))
}

/**
 * node-gyp fetches Node's headers unless it is told where they lie; most Node installations bring them.
 * @param {string} node
 */
function headers(node) {
  const prefix = dirname(dirname(node))
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : []
}
