import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const folders = ['src-main', 'src-shared', 'src-renderer', 'test']
const verify = join('test', 'verify')
const gpu = join('test', 'gpu')
/** They compute on the device that they are told. */
const goldenOnGpus = [join('test', 'golden', 'model', 'model.test.ts'), join('test', 'golden', 'training', 'ddp.test.ts')]
/** Measurements and GPU checks are run by hand, slow proofs by `npm run verify`; output is what tests wrote. */
const apart = [join('test', 'bench'), gpu, join('test', 'output'), verify]

/**
 * Test files below the root, as relative paths. With filters, those whose path contains one of them.
 * @param {string} root
 * @param {string[]} filters
 */
export function testFiles(root, filters = []) {
  return matching(folders.flatMap((folder) => below(root, folder)), filters)
}

/**
 * The same of the slow proofs.
 * @param {string} root
 * @param {string[]} filters
 */
export function verifyFiles(root, filters = []) {
  return matching(below(root, verify), filters)
}

/**
 * The same of what runs on GPUs; what needs two of them only where there are two.
 * @param {string} root
 * @param {number} gpus
 * @param {string[]} filters
 */
export function gpuFiles(root, gpus, filters = []) {
  return matching([...goldenOnGpus, ...below(root, gpu)].filter((name) => gpus > 1 || !needsTwo(name)), filters)
}

/** @param {string} name */
export const needsTwo = (name) => /ddp|two/.test(name)

/**
 * @param {string[]} names
 * @param {string[]} filters
 */
function matching(names, filters) {
  const all = names.filter((name) => name.endsWith('.test.ts'))
  const wanted = filters.map((filter) => filter.replace(/^\.\//, ''))
  return wanted.length === 0 ? all : all.filter((name) => wanted.some((filter) => name.includes(filter)))
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function below(root, folder) {
  if (!statSync(join(root, folder), { throwIfNoEntry: false })) return []
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item) => {
      const name = join(folder, item.name)
      if (!item.isDirectory()) return [name]
      return apart.includes(name) ? [] : below(root, name)
    })
}
