import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { testFiles, verifyFiles } from '../../scripts/test/files.mjs'
import { takeResult, Tally } from '../../scripts/test/report.mjs'

const folder = mkdtempSync(join(tmpdir(), 'xclassifier-report-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const event = (name: string, more: object = {}) => ({ name, nesting: 0, line: 3, details: { duration_ms: 1, type: 'test' }, ...more })
const failed = (failureType: string, cause: unknown) => ({ details: { duration_ms: 1, error: Object.assign(new Error('outer', { cause }), { failureType }) } })

test('tests count; suites and parents of failed tests do not', () => {
  const tally = new Tally()
  takeResult(tally, event('one'), true, 'a.test.ts')
  takeResult(tally, event('suite', { details: { duration_ms: 1, type: 'suite' } }), true, 'a.test.ts')
  takeResult(tally, event('two', failed('testCodeFailure', new TypeError('boo'))), false, 'a.test.ts')
  takeResult(tally, event('parent', failed('subtestsFailed', '1 subtest failed')), false, 'a.test.ts')
  assert.equal(tally.summary, '1 passed, 1 failed')
  assert.match(tally.failures[0]!, /^a\.test\.ts:3 {2}two\n {4}TypeError: boo\n {8}at /)
})

test('a skipped test, a todo and a file without tests are failures', () => {
  const tally = new Tally()
  takeResult(tally, event('lazy', { skip: 'no time' }), true, 'a.test.ts')
  takeResult(tally, event('later', { todo: true }), true, 'a.test.ts')
  takeResult(tally, event('later', { todo: true, ...failed('testCodeFailure', new Error('x')) }), false, 'a.test.ts')
  takeResult(tally, event('/tree/a.test.ts', { file: '/tree/a.test.ts' }), true, 'a.test.ts')
  assert.equal(tally.summary, '0 passed, 4 failed')
  assert.match(tally.failures[0]!, /skipped \(no time\)/)
  assert.match(tally.failures[3]!, /ran no test/)
})

test('test files are found below their folders, without measurements, and filtered by part of the path', () => {
  for (const file of ['src-main/a/x.test.ts', 'src-main/a/x.ts', 'src-renderer/y.test.ts', 'test/setup/z.test.ts', 'test/bench/slow.test.ts', 'test/gpu/g.test.ts', 'test/verify/v.test.ts', 'scripts/s.test.ts']) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), '')
  }
  assert.deepEqual(testFiles(folder), ['src-main/a/x.test.ts', 'src-renderer/y.test.ts', 'test/setup/z.test.ts'])
  assert.deepEqual(testFiles(folder, ['setup', './src-main/a']), ['src-main/a/x.test.ts', 'test/setup/z.test.ts'])
  assert.deepEqual(verifyFiles(folder), ['test/verify/v.test.ts'])
  assert.deepEqual(verifyFiles(folder, ['other']), [])
})
