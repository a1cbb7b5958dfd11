import { copyFileSync, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { failureOf } from './errors.mjs'
import { root } from './paths.mjs'
import { say } from './progress.mjs'
import { run } from './run.mjs'

/**
 * Windows has no wheel whose library works without Python: there the package's own install script fetches libtensorflow.
 * The script goes on to build its stock addon, which is not used here, so only the library counts, not the exit code.
 * @param {string} packageName
 * @param {string} target
 */
export async function installWithPackage(packageName, target) {
  const folder = dirname(createRequire(join(root, 'package.json')).resolve(`${packageName}/package.json`))
  const library = join(folder, 'deps', 'lib', 'tensorflow.dll')
  say(`Fetching libtensorflow with the installer of ${packageName} ...`)
  const { output } = await run(process.execPath, ['scripts/install.js', 'gpu', 'download'], { cwd: folder, show: true })
  if (!existsSync(library)) {
    throw failureOf(output, `running the installer of ${packageName}`, { code: 'DOWNLOAD_FAILED', remedy: 'Point XCLASSIFIER_LIBTENSORFLOW at a tensorflow.dll (2.9 or newer) of your own.' })
  }
  copyFileSync(library, target)
}
