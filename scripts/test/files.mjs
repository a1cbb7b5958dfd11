import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const folders = ['src-main', 'src-shared', 'src-renderer', 'test']
/** Measurements and GPU checks are run by hand; output is what tests wrote. */
const apart = [join('test', 'bench'), join('test', 'gpu'), join('test', 'output')]

/**
 * Test files below the root, as relative paths. With filters, those whose path contains one of them.
 * @param {string} root
 * @param {string[]} filters
 */
export function testFiles(root, filters = []) {
  const all = folders.flatMap((folder) => below(root, folder)).filter((name) => name.endsWith('.test.ts'))
  const wanted = filters.map((filter) => filter.replace(/^\.\//, ''))
  return wanted.length === 0 ? all : all.filter((name) => wanted.some((filter) => name.includes(filter)))
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function below(root, folder) {
  if (apart.includes(folder) || !statSync(join(root, folder), { throwIfNoEntry: false })) return []
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item) => (item.isDirectory() ? below(root, join(folder, item.name)) : [join(folder, item.name)]))
}
