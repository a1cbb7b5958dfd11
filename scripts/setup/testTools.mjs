import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { failureOf, SetupError } from './errors.mjs'
import { say } from './progress.mjs'
import { run } from './run.mjs'

/** Independent tools that tests compare against, with their Debian packages. */
export const tools = [
  { anyOf: ['chromium', 'chromium-browser', 'google-chrome'], package: 'chromium', use: 'browser tests and pictures' },
  { anyOf: ['dcmdump'], package: 'dcmtk', use: 'DICOM checks' },
  { anyOf: ['pdftotext'], package: 'poppler-utils', use: 'report checks' },
]

/**
 * Debian packages whose tools are not in PATH.
 * @param {NodeJS.ProcessEnv} env
 */
export function missingPackages(env = process.env) {
  return tools.filter(({ anyOf }) => !anyOf.some((name) => inPath(name, env))).map((tool) => tool.package)
}

/**
 * Installs what the tests need where that is allowed (root with apt-get); elsewhere says the one command to type.
 * @throws {SetupError} TEST_TOOLS_MISSING, NO_NETWORK, DISK_FULL
 */
export async function ensureTestTools() {
  const missing = missingPackages()
  if (missing.length === 0) return
  const install = ['install', '--yes', '--no-install-recommends', ...missing]
  if (process.getuid?.() !== 0 || !inPath('apt-get', process.env)) {
    throw new SetupError('TEST_TOOLS_MISSING', `the tests need ${missing.join(', ')}`, { remedy: `Type: sudo apt-get update && sudo apt-get ${install.join(' ')}` })
  }
  say(`Installing ${missing.join(', ')} for the tests (apt-get) ...`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update', '-qq'], install]) {
    const { code, output } = await run('apt-get', args, { env })
    if (code !== 0) throw failureOf(output, `apt-get ${args[0]}`, { code: 'TEST_TOOLS_MISSING', remedy: `Type: apt-get ${args.join(' ')}` })
  }
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
function inPath(name, env) {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
