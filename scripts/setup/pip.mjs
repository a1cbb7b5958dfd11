import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failureOf, SetupError } from './errors.mjs'
import { createProgress } from './progress.mjs'
import { outsideEnvironment, run } from './run.mjs'

const noPip = {
  code: 'NO_PIP',
  remedy:
    'Install Python 3 with pip (Debian and Ubuntu: apt install python3-pip; macOS: xcode-select --install), or point XCLASSIFIER_WHEEL at a wheel file that you downloaded elsewhere, or XCLASSIFIER_LIBTENSORFLOW at a libtensorflow of your own.',
}

/**
 * Name of a Python that has pip.
 * @param {NodeJS.ProcessEnv} env
 * @throws {SetupError} NO_PIP
 */
export async function findPip(env = process.env) {
  const candidates = env.XCLASSIFIER_PYTHON ? [env.XCLASSIFIER_PYTHON] : ['python3', 'python']
  const said = []
  for (const python of candidates) {
    const { code, output } = await run(python, ['-m', 'pip', '--version'], { env: outsideEnvironment(env) })
    if (code === 0) return python
    said.push(code === 127 ? `${python} is not installed` : `${python}: ${output.trim().split('\n').at(-1)}`)
  }
  throw new SetupError(noPip.code, `libtensorflow is fetched with Python's pip, and there is none (${said.join('; ')})`, { remedy: noPip.remedy })
}

/**
 * Arguments that make pip fetch a wheel for the descriptor's platform, whatever Python runs pip, and refuse any file with another hash.
 * @param {import('./descriptors.mjs').Wheel} wheel
 * @param {string} requirements
 * @param {string} folder
 */
export function pipArguments(wheel, requirements, folder) {
  // No cache: the wheel is deleted after unpacking, and a second copy of it in pip's cache would stay for good.
  const how = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--no-cache-dir', '--progress-bar', 'off', '--disable-pip-version-check', '--no-input']
  const tags = ['--platform', wheel.platform, '--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311']
  return ['-m', 'pip', 'download', ...how, ...tags, '--dest', folder, '--requirement', requirements]
}

/**
 * Downloads one wheel by name, version, platform and hash from the index that the user's pip is set to.
 * @param {import('./descriptors.mjs').Wheel} wheel
 * @param {string} work folder for the wheel and for pip's temporary files
 * @returns {Promise<string>} path of the wheel
 * @throws {SetupError} NO_PIP, NO_NETWORK, CHECKSUM_MISMATCH, DISK_FULL, DOWNLOAD_FAILED
 */
export async function downloadWheel(wheel, work, env = process.env) {
  const python = await findPip(env)
  const requirements = join(work, 'requirements.txt')
  const folder = join(work, 'wheel')
  // pip keeps the growing file in TMPDIR: in here, a killed set-up leaves nothing behind, and the progress can be read off.
  const temporary = join(work, 'pip')
  mkdirSync(folder, { recursive: true })
  mkdirSync(temporary, { recursive: true })
  writeFileSync(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`)
  const progress = createProgress(`  ${wheel.name} ${wheel.version}`, wheel.bytes)
  const timer = setInterval(() => progress.update(Math.max(bytesUnder(temporary), bytesUnder(folder))), 500)
  const result = await run(python, pipArguments(wheel, requirements, folder), { env: { ...outsideEnvironment(env), TMPDIR: temporary, TEMP: temporary, TMP: temporary } })
  clearInterval(timer)
  const file = readdirSync(folder).find((name) => name.endsWith('.whl'))
  if (result.code === 0 && file) progress.update(wheel.bytes)
  progress.end()
  if (result.code !== 0 || !file) {
    throw failureOf(result.output, `fetching ${wheel.name} ${wheel.version} with pip`, {
      code: 'DOWNLOAD_FAILED',
      remedy: `Check that pip's index has ${wheel.name} ${wheel.version} for ${wheel.platform}, or point XCLASSIFIER_WHEEL at that wheel file.`,
    })
  }
  return join(folder, file)
}

/**
 * Size of all files below a folder; files that vanish meanwhile count as nothing.
 * @param {string} folder
 * @returns {number}
 */
function bytesUnder(folder) {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false })
      return sum + (stat?.isFile() ? stat.size : 0)
    }, 0)
  } catch {
    return 0
  }
}
