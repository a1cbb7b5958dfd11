import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SetupError } from './errors.mjs'

/**
 * The user's own copy of a wheel, named by XCLASSIFIER_WHEEL: a wheel file, or a folder of wheels where a runtime is made of several.
 * @param {string} path
 * @param {import('./descriptors.mjs').Wheel} wheel
 * @returns {Promise<string | undefined>} undefined when a folder does not hold this wheel
 * @throws {SetupError} RUNTIME_NOT_FOUND; CHECKSUM_MISMATCH when the file is another one than the descriptor's
 */
export async function findOwnWheel(path, wheel) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) throw new SetupError('RUNTIME_NOT_FOUND', `XCLASSIFIER_WHEEL names ${path}, which does not exist`, { file: path, remedy: 'Correct the variable, or unset it to have the wheel fetched.' })
  const file = stat.isDirectory() ? wheelIn(path, wheel) : path
  if (!file) return undefined
  const found = await sha256Of(file)
  if (found === wheel.sha256) return file
  throw new SetupError('CHECKSUM_MISMATCH', `this is not ${wheel.name} ${wheel.version} for ${wheel.platform}: its sha256 is ${found}, expected ${wheel.sha256}`, {
    file,
    remedy: 'Point XCLASSIFIER_WHEEL at that very wheel, or unset it to have the wheel fetched.',
  })
}

/**
 * @param {string} folder
 * @param {import('./descriptors.mjs').Wheel} wheel
 */
function wheelIn(folder, wheel) {
  const start = `${wheel.name.replaceAll('-', '_')}-${wheel.version}-`
  const name = readdirSync(folder).find((item) => item.startsWith(start) && item.endsWith('.whl') && item.includes(wheel.platform))
  return name && join(folder, name)
}

/** @param {string} file */
export async function sha256Of(file) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}
