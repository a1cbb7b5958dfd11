import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from './errors.mjs'
import { root } from './paths.mjs'

/**
 * One build of libtensorflow: from which wheels it comes and which of their members are kept, or which package's own installer brings it.
 * @typedef {{from: string, to: string, bytes: number}} KeptFile
 * @typedef {{name: string, version: string, platform: string, bytes: number, sha256: string, files?: KeptFile[], tree?: string, treeBytes?: number}} Wheel
 * @typedef {{id: string, title: string, platform: string, arch: string, accelerator: string, version: string, library: string, packages: Wheel[], installer?: string}} Descriptor
 */

/** @returns {Descriptor[]} */
export function readDescriptors(file = join(root, 'resources', 'runtimes.json')) {
  return JSON.parse(readFileSync(file, 'utf8')).runtimes
}

/**
 * @param {Descriptor} descriptor
 * @param {{platform?: string, arch?: string}} machine
 */
export function isHere(descriptor, { platform = process.platform, arch = process.arch } = {}) {
  return descriptor.platform === platform && descriptor.arch === arch
}

/**
 * The descriptor for a machine: the one asked for by id or accelerator (`cpu`, `cuda12`), else the machine's first.
 * @param {Descriptor[]} descriptors
 * @param {{platform?: string, arch?: string, wanted?: string}} machine
 * @throws {SetupError} UNSUPPORTED_PLATFORM
 */
export function chooseDescriptor(descriptors, { platform = process.platform, arch = process.arch, wanted } = {}) {
  const here = descriptors.filter((item) => isHere(item, { platform, arch }))
  const chosen = wanted ? here.find((item) => item.id === wanted || item.accelerator === wanted) : here[0]
  if (chosen) return chosen
  const what = wanted && here.length > 0 ? `no libtensorflow "${wanted}" is known for ${platform}-${arch} (there is: ${here.map((item) => item.accelerator).join(', ')})` : `no libtensorflow is known for ${platform}-${arch}`
  throw new SetupError('UNSUPPORTED_PLATFORM', what, { remedy: 'Point XCLASSIFIER_LIBTENSORFLOW at a libtensorflow (2.9 or newer) of your own: the library file, or the folder that holds it.' })
}

/**
 * Whether a descriptor's files lie complete in a folder. The folder is renamed into place when all is in it, so the sizes of the named files are proof enough.
 * @param {Descriptor} descriptor
 * @param {string} folder
 */
export function isInstalled(descriptor, folder) {
  const named = descriptor.packages.flatMap((wheel) => wheel.files ?? [])
  if (named.length === 0) return existsSync(join(folder, descriptor.library))
  return named.every((file) => statSync(join(folder, file.to), { throwIfNoEntry: false })?.size === file.bytes)
}

/**
 * Bytes that the disk must have free: the unpacked files, and the largest wheel beside them.
 * @param {Descriptor} descriptor
 */
export function bytesNeeded(descriptor) {
  const unpacked = descriptor.packages.map((wheel) => (wheel.treeBytes ?? 0) + (wheel.files ?? []).reduce((sum, file) => sum + file.bytes, 0))
  return unpacked.reduce((sum, bytes) => sum + bytes, 0) + Math.max(0, ...descriptor.packages.map((wheel) => wheel.bytes))
}

/**
 * Libtensorflow that the user brings: XCLASSIFIER_LIBTENSORFLOW is the library file or the folder that holds it.
 * @param {string} path
 * @throws {SetupError} RUNTIME_NOT_FOUND
 */
export function ownLibrary(path) {
  const names = ['libtensorflow_cc.so.2', 'libtensorflow.so.2', 'libtensorflow.so', 'libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib', 'libtensorflow.dylib', 'tensorflow.dll']
  const stat = statSync(path, { throwIfNoEntry: false })
  const file = stat?.isDirectory() ? names.map((name) => join(path, name)).find((name) => existsSync(name)) : stat && path
  if (file) return file
  const why = stat ? `holds none of ${names.join(', ')}` : 'does not exist'
  throw new SetupError('RUNTIME_NOT_FOUND', `XCLASSIFIER_LIBTENSORFLOW names ${path}, which ${why}`, { file: path, remedy: 'Correct the variable, or unset it to have libtensorflow fetched.' })
}
