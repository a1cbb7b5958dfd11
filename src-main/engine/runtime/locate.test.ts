import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { locateLibtensorflow } from './locate.ts'
import { openRuntime } from './runtime.ts'
import { coded } from './testing.ts'

const NAME = { linux: 'libtensorflow_cc.so.2', darwin: 'libtensorflow_cc.2.dylib', win32: 'tensorflow.dll' }[process.platform as 'linux']

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'locate-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

function put(file: string): string {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'not a library')
  return file
}

test('the environment comes before the setting, the setting before the cache', (t) => {
  const root = folder(t)
  const cached = put(join(root, 'xclassifier', 'runtime', 'tensorflow-cpu-2.21.0', NAME))
  const set = put(join(root, 'mine', 'lib', NAME))
  const fromEnvironment = put(join(root, 'other', NAME))
  const env = { XDG_CACHE_HOME: root }
  assert.deepEqual(locateLibtensorflow({ env }), { path: cached, source: 'cache', descriptor: 'tensorflow-cpu-2.21.0' })
  assert.deepEqual(locateLibtensorflow({ env, setting: join(root, 'mine') }), { path: set, source: 'setting' })
  assert.deepEqual(locateLibtensorflow({ env: { ...env, XCLASSIFIER_LIBTENSORFLOW: fromEnvironment }, setting: set }), { path: fromEnvironment, source: 'environment' })
})

test('of several installed runtimes the one for the device, then the newest', (t) => {
  const root = folder(t)
  for (const id of ['tensorflow-cpu-2.20.0', 'tensorflow-cpu-2.21.0', 'tensorflow-cuda12-2.21.0']) put(join(root, 'xclassifier', 'runtime', id, NAME))
  const env = { XDG_CACHE_HOME: root }
  assert.equal(locateLibtensorflow({ env, prefer: 'cpu' }).descriptor, 'tensorflow-cpu-2.21.0')
  assert.equal(locateLibtensorflow({ env, prefer: 'gpu' }).descriptor, 'tensorflow-cuda12-2.21.0')
})

test('what is missing is named with a remedy, and never replaced in silence', (t) => {
  const root = folder(t)
  const env = { XDG_CACHE_HOME: root }
  assert.throws(() => locateLibtensorflow({ env }), coded('RUNTIME_MISSING', /No TensorFlow library is installed/))
  put(join(root, 'xclassifier', 'runtime', 'tensorflow-cpu-2.21.0', NAME))
  assert.throws(() => locateLibtensorflow({ env, setting: join(root, 'gone.so') }), coded('RUNTIME_MISSING', /gone\.so/))
  mkdirSync(join(root, 'empty'))
  assert.throws(() => locateLibtensorflow({ env: { ...env, XCLASSIFIER_LIBTENSORFLOW: join(root, 'empty') } }), coded('RUNTIME_MISSING', /holds no/))
  assert.throws(() => locateLibtensorflow({ env: { XDG_CACHE_HOME: join(root, 'empty') } }), (error: { remedy?: string }) => /npm run setup/.test(error.remedy ?? ''))
})

test('a file that is no TensorFlow library does not open', async (t) => {
  const file = put(join(folder(t), NAME))
  delete process.env.XCLASSIFIER_LIBTENSORFLOW // it would go before
  await assert.rejects(openRuntime({ library: file }), coded('RUNTIME_INVALID', /does not serve/))
})
