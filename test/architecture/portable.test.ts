import assert from 'node:assert/strict'
import { test } from 'node:test'
import { root } from '../../scripts/setup/paths.mjs'
import { tiedFiles, ties, trackedFiles } from './portable.ts'

test('no tracked file names a package registry or a path of one machine', () => {
  assert.ok(trackedFiles(root).length > 100)
  assert.deepEqual(tiedFiles(root), [])
})

test('planted hosts and paths are caught, look-alikes are not', () => {
  const join = (...parts: string[]) => parts.join('')
  for (const text of [join('"resolved": "https://registry', '.npmjs', '.org/x"'), join('--index-url=https://py', 'pi.org/simple'), join("open('/ro", "ot/.cache/x')"), join('DATA=/wo', 'rk/shared/data'), join('C:\\Us', 'ers\\me')]) {
    assert.equal(ties(text).length, 1, text)
  }
  for (const text of ['pip reads its index from the user', 'https://example.org/work/x', 'src/work/a.ts', '`${root}/x`', '/network/x', 'happypi.org']) assert.deepEqual(ties(text), [], text)
})
