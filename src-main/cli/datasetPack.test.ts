import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { readNpy } from '#main/engine/data/npy.ts'
import { chexpertFolder } from '../services/testing/library.ts'
import { main } from './main.ts'

test('dataset pack makes the pack, proves it by its hash, and makes it anew where a byte has changed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'xclassifier-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const run = async (...args: string[]) => {
    let [out, err] = ['', '']
    const code = await main(['--data', join(folder, 'data'), '--json', ...args], { stdout: (text) => void (out += text), stderr: (text) => void (err += text) }, new AbortController().signal)
    return { code, err, json: JSON.parse(out) as Record<string, unknown> }
  }
  const [, broken] = await chexpertFolder(join(folder, 'set'), { patients: 3 })
  await run('dataset', 'import', join(folder, 'set'), '--name', 'mine')
  writeFileSync(join(folder, 'set', broken!), 'broken after the import')

  const { code, json } = await run('dataset', 'pack', 'mine', '--size', '32')
  assert.deepEqual([code, json['images'], json['unreadable'], Number(json['seconds']) > 0], [0, 6, 1, true])
  const file = json['file'] as string
  assert.deepEqual((await readNpy(file)).header.shape, [6, 32, 32])
  // Its time is put back, so that only its hash can tell.
  const bytes = readFileSync(file)
  const { mtime } = statSync(file)
  writeFileSync(file, new Uint8Array(bytes).with(700, bytes[700]! ^ 1))
  utimesSync(file, mtime, mtime)
  assert.equal((await run('dataset', 'pack', 'mine', '--size', '32')).json['file'], file)
  assert.ok(readFileSync(file).equals(bytes))

  const deep = await run('dataset', 'pack', 'mine', '--size', '32', '--depth', '16')
  assert.notEqual(deep.json['file'], file)
  assert.equal((await readNpy(deep.json['file'] as string)).header.dtype, 'uint16')
  const spread = (await run('dataset', 'pack', 'mine', '--size', '32', '--equalise')).json['file'] as string
  assert.ok(!readFileSync(spread).equals(bytes))
  for (const wrong of [['--depth', '12'], ['--size', '4'], ['--depth', '16', '--equalise']]) {
    assert.equal(((await run('dataset', 'pack', 'mine', ...wrong)).json['error'] as { code: string }).code, 'USAGE', wrong.join(' '))
  }
  assert.equal(((await run('dataset', 'pack', 'nobody')).json['error'] as { code: string }).code, 'NOT_FOUND')
})
