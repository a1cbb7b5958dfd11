#!/usr/bin/env node
import { pathToFileURL } from 'node:url'
import { ensureAddon } from './setup/addon.mjs'
import { ensureRenderer } from './setup/build.mjs'
import { ensureDependencies } from './setup/dependencies.mjs'
import { tell } from './setup/errors.mjs'
import { findNode24 } from './setup/node24.mjs'
import { megabytes, say } from './setup/progress.mjs'
import { ensureRuntime, unusedAccelerator } from './setup/runtime.mjs'
import { ensureTestTools } from './setup/testTools.mjs'

/**
 * Everything that a fresh clone needs, each step skipped when it is done already. Runs on Node's built-ins alone, on any Node >= 20.
 * @param {{runtime?: string, tests?: boolean}} [options] runtime: id or accelerator of a libtensorflow; tests: also what only the tests need
 * @returns {Promise<{node: string, library: string}>} path of Node 24 and of libtensorflow
 * @throws {import('./setup/errors.mjs').SetupError}
 */
export async function setUp({ runtime, tests = false } = {}) {
  await ensureDependencies()
  const node = findNode24()
  if (tests) await ensureTestTools()
  await ensureAddon(node)
  const library = await ensureRuntime({ wanted: runtime })
  await ensureRenderer(node)
  return { node, library }
}

const usage = `npm run setup [-- --runtime cpu|cuda12|ID] [--tests]

Installs the dependencies, the native addon, libtensorflow and the pages; each start does the same by itself.
  XCLASSIFIER_LIBTENSORFLOW  a libtensorflow of your own: the file, or the folder that holds it
  XCLASSIFIER_WHEEL          the TensorFlow wheel as a file (or a folder of wheels), instead of fetching it
  XCLASSIFIER_RUNTIME        which libtensorflow: cpu, cuda12, or an id of resources/runtimes.json
  XCLASSIFIER_PYTHON         the Python whose pip fetches the wheel
  XDG_CACHE_HOME             where libtensorflow is kept (default ~/.cache)`

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const args = process.argv.slice(2)
  if (args.includes('--help')) say(usage)
  else {
    try {
      const at = args.indexOf('--runtime')
      const { library } = await setUp({ runtime: at < 0 ? undefined : args[at + 1], tests: args.includes('--tests') })
      say(`Ready. libtensorflow: ${library}`)
      const cuda = at < 0 && unusedAccelerator()
      if (cuda) say(`An NVIDIA GPU is here: \`npm run setup -- --runtime cuda12\` fetches its libraries (${megabytes(cuda.packages.reduce((sum, wheel) => sum + wheel.bytes, 0))}).`)
    } catch (error) {
      say(tell(error))
      process.exitCode = 1
    }
  }
}
