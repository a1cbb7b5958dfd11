import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { writeJson, writeWhole } from './whole.ts'

test('a file is whole, whatever it is made of and however many write it; what fails leaves the old one and nothing beside it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xclassifier-whole-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'a')
  // A view shows the middle of its buffer alone.
  await writeWhole(path, 'é', Uint8Array.of(1, 2, 3, 4).subarray(1, 3), new Float32Array([1]))
  assert.deepEqual([...(await readFile(path))], [0xc3, 0xa9, 2, 3, 0, 0, 0x80, 0x3f])
  await Promise.all(['x', 'y'].map((letter) => writeWhole(path, letter.repeat(1e5))))
  assert.match(await readFile(path, 'utf8'), /^(x{100000}|y{100000})$/)
  await writeJson(path, { of: [1] })
  assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), { of: [1] })
  await mkdir(join(folder, 'taken'))
  await assert.rejects(writeWhole(join(folder, 'taken'), 'text'))
  await assert.rejects(writeWhole(join(folder, 'missing', 'b'), 'text'), { code: 'ENOENT' })
  assert.deepEqual((await readdir(folder)).sort(), ['a', 'taken'])
})
