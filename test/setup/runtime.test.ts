import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { bytesNeeded, chooseDescriptor, isInstalled, ownLibrary, readDescriptors } from '../../scripts/setup/descriptors.mjs'
import { cacheFolder } from '../../scripts/setup/paths.mjs'
import { pipArguments } from '../../scripts/setup/pip.mjs'
import { ensureRuntime, treeMembers } from '../../scripts/setup/runtime.mjs'
import { zip } from './zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'xclassifier-runtime-'))
const cache = join(folder, 'cache')
after(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => rmSync(cache, { recursive: true, force: true }))

const library = Buffer.from('the library '.repeat(1000))
const wheelFile = join(folder, 'tensorflow_cpu-9.9.9-cp311-cp311-linux.whl')
writeFileSync(wheelFile, zip([{ name: 'tensorflow/libtensorflow_cc.so.2', data: library }, { name: 'tensorflow/python.py', data: Buffer.from('x') }]))
const sha256 = createHash('sha256').update(readFileSync(wheelFile)).digest('hex')

function descriptor(change: object = {}) {
  const files = [{ from: 'tensorflow/libtensorflow_cc.so.2', to: 'libtensorflow_cc.so.2', bytes: library.length }]
  const wheel = { name: 'tensorflow-cpu', version: '9.9.9', platform: 'linux', bytes: 1000, sha256, files, ...change }
  return { id: 'made-here', title: 'Made here', platform: process.platform, arch: process.arch, accelerator: 'cpu', version: '9.9.9', library: 'libtensorflow_cc.so.2', packages: [wheel] }
}
const runtime = join(cache, 'xclassifier', 'runtime')
const env = { XDG_CACHE_HOME: cache, HOME: folder, XCLASSIFIER_WHEEL: wheelFile, PATH: process.env.PATH }
const install = (change?: object, more: object = {}) => ensureRuntime({ wanted: undefined, descriptors: [descriptor(change)], env: { ...env, ...more } })

test('the shared library alone is unpacked from a wheel, and nothing else is left', async () => {
  const path = await install()
  assert.equal(path, join(runtime, 'made-here', 'libtensorflow_cc.so.2'))
  assert.ok(readFileSync(path).equals(library))
  assert.deepEqual(readdirSync(runtime, { recursive: true }).sort(), ['made-here', 'made-here/libtensorflow_cc.so.2'])
  assert.ok(existsSync(wheelFile), 'the user\'s own wheel is kept')
})

test('an installed runtime needs neither wheel nor network again', async () => {
  await install()
  assert.ok(existsSync(await install({}, { XCLASSIFIER_WHEEL: join(folder, 'gone.whl'), PATH: '' })))
})

test('what killed set-ups left is swept, and a lock of a dead process is taken over', async () => {
  mkdirSync(join(runtime, '.made-here.partial-99999999', 'pip'), { recursive: true })
  writeFileSync(join(runtime, '.made-here.lock'), '99999999')
  await install()
  assert.deepEqual(readdirSync(runtime), ['made-here'])
})

test('a runtime with a file of the wrong size is unpacked anew', async () => {
  const path = await install()
  writeFileSync(path, 'cut')
  await install()
  assert.ok(readFileSync(path).equals(library))
})

test('a wheel with another hash is refused and nothing is kept', async () => {
  await assert.rejects(install({ sha256: '0'.repeat(64) }), { code: 'CHECKSUM_MISMATCH', file: wheelFile })
  assert.deepEqual(readdirSync(runtime), [])
})

test('a wheel without the library is refused', async () => {
  await assert.rejects(install({ files: [{ from: 'tensorflow/other.so', to: 'other.so', bytes: 1 }] }), { code: 'BAD_ARCHIVE' })
})

test('more than the disk has free is refused before the download', async () => {
  await assert.rejects(install({ bytes: 1e18 }), { code: 'DISK_FULL' })
})

test('without Python and pip the error names both ways out', async () => {
  await assert.rejects(install({}, { XCLASSIFIER_WHEEL: undefined, XCLASSIFIER_PYTHON: 'no-such-python' }), (error: { code: string; remedy: string }) => {
    assert.equal(error.code, 'NO_PIP')
    assert.match(error.remedy, /XCLASSIFIER_WHEEL.*XCLASSIFIER_LIBTENSORFLOW/)
    return true
  })
})

test('a libtensorflow of the user\'s own comes first, as file or folder; a wrong one is an error', async () => {
  const own = join(folder, 'own')
  mkdirSync(own, { recursive: true })
  assert.throws(() => ownLibrary(own), { code: 'RUNTIME_NOT_FOUND' })
  writeFileSync(join(own, 'libtensorflow.so.2'), '')
  assert.equal(await install({}, { XCLASSIFIER_LIBTENSORFLOW: own }), join(own, 'libtensorflow.so.2'))
  assert.equal(ownLibrary(join(own, 'libtensorflow.so.2')), join(own, 'libtensorflow.so.2'))
  await assert.rejects(install({}, { XCLASSIFIER_LIBTENSORFLOW: join(folder, 'absent') }), { code: 'RUNTIME_NOT_FOUND' })
})

test('every descriptor is complete, and each platform finds its own', () => {
  const all = readDescriptors()
  assert.equal(new Set(all.map((item) => item.id)).size, all.length)
  for (const item of all) {
    assert.ok(item.installer || item.packages.some((wheel) => wheel.files?.some((file) => file.to === item.library)), item.id)
    for (const wheel of item.packages) {
      assert.match(wheel.sha256, /^[0-9a-f]{64}$/)
      assert.match(wheel.platform, /^(manylinux|macosx)/)
      assert.ok(wheel.bytes > 1e6 && Boolean(wheel.files ?? (wheel.tree && wheel.treeBytes)), wheel.name)
    }
  }
  const id = (platform: string, arch: string, wanted?: string) => chooseDescriptor(all, { platform, arch, wanted }).id
  assert.equal(id('linux', 'x64'), 'tensorflow-cpu-2.21.0-linux-x64')
  assert.match(id('linux', 'x64', 'cuda12'), /cuda12/)
  assert.match(id('linux', 'arm64'), /arm64/)
  assert.match(id('darwin', 'arm64'), /macos-arm64/)
  assert.match(id('win32', 'x64'), /win32/)
  assert.throws(() => id('darwin', 'x64'), { code: 'UNSUPPORTED_PLATFORM' })
  assert.throws(() => id('linux', 'arm64', 'cuda12'), { code: 'UNSUPPORTED_PLATFORM' })
  assert.equal(isInstalled(all[0]!, folder), false)
  assert.equal(bytesNeeded(all[0]!), 788_086_608 + 65_222_328 + 273_829_956)
})

test('of the CUDA wheels libraries, assembler and device code are kept where TensorFlow looks for them', () => {
  const entry = (name: string) => ({ name, method: 8, crc: 0, compressed: 1, bytes: 1, offset: 0, mode: 0 })
  const names = ['nvidia/cublas/lib/libcublas.so.12', 'nvidia/cublas/include/cublas.h', 'nvidia/cuda_nvcc/bin/ptxas', 'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc', 'nvidia/../../x/lib/y.so', 'nvidia_x.dist-info/RECORD', 'other/a/lib/z.so']
  assert.deepEqual(treeMembers('nvidia/', names.map(entry)).map(({ to }) => to), [names[0], names[2], names[3]])
})

test('pip is told platform and hash, and no index', () => {
  const args = pipArguments(descriptor().packages[0]!, 'requirements.txt', 'out').join(' ')
  assert.match(args, /--require-hashes/)
  assert.match(args, /--platform linux --python-version 3\.11/)
  assert.doesNotMatch(args, /index|http|trusted/)
})

test('the cache folder follows each platform\'s convention', () => {
  assert.equal(cacheFolder({ HOME: '/home/a' }, 'linux'), '/home/a/.cache/xclassifier')
  assert.equal(cacheFolder({ HOME: '/home/a', XDG_CACHE_HOME: '/big' }, 'linux'), '/big/xclassifier')
  assert.equal(cacheFolder({ HOME: '/home/a', XDG_CACHE_HOME: 'relative' }, 'linux'), '/home/a/.cache/xclassifier')
  assert.equal(cacheFolder({ HOME: '/Users/a' }, 'darwin'), '/Users/a/Library/Caches/xclassifier')
  assert.equal(cacheFolder({ LOCALAPPDATA: 'L' }, 'win32'), join('L', 'xclassifier'))
})
