import { join } from 'node:path'
import { codeOf, knownError, SetupError } from './errors.mjs'
import { root } from './paths.mjs'
import { say } from './progress.mjs'
import { run } from './run.mjs'
import { hashOf, readStamp, removeStamp, writeStamp } from './stamp.mjs'

const remedy = 'The compiler\'s message above names the file; `npm run types` checks all of them.'
const isSource = (/** @type {string} */ name) => !name.endsWith('.test.ts')

/**
 * Builds the pages into out/renderer, for the web host. Unchanged sources cost one hash of them.
 * @param {string} node
 */
export function ensureRenderer(node, folder = root) {
  const inputs = ['src-renderer', 'src-shared', 'vite.config.ts', 'package-lock.json']
  return build({ name: 'renderer', inputs, tool: ['vite', 'bin', 'vite.js'], logLevel: 'warn', title: 'the pages' }, node, folder)
}

/**
 * Builds pages, main and preload into out, for Electron.
 * @param {string} node
 */
export async function ensureElectronBuild(node, folder = root) {
  await ensureRenderer(node, folder)
  const inputs = ['src-main', 'src-shared', 'electron.vite.config.ts', 'package-lock.json']
  await build({ name: 'electron', inputs, tool: ['electron-vite', 'bin', 'electron-vite.js'], logLevel: 'error', title: 'the desktop program' }, node, folder)
}

/**
 * @param {{name: string, inputs: string[], tool: string[], logLevel: string, title: string}} what
 * @param {string} node
 * @param {string} folder
 */
async function build({ name, inputs, tool, logLevel, title }, node, folder) {
  const stamp = join(folder, 'out', '.stamps', name)
  const wanted = hashOf(folder, inputs, isSource)
  if (readStamp(stamp) === wanted) return
  say(`Building ${title} ...`)
  removeStamp(stamp)
  const { code, output } = await run(node, [join(folder, 'node_modules', ...tool), 'build', '--logLevel', logLevel], { cwd: folder, show: true })
  if (code !== 0) throw codeOf(output) === 'DISK_FULL' ? knownError('DISK_FULL', `the disk is full while building ${title}`) : new SetupError('BUILD_FAILED', `${title} could not be built`, { remedy })
  writeStamp(stamp, wanted)
}
