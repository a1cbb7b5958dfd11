import assert from 'node:assert/strict'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { catalogues, plural, type Strings } from './catalogue.ts'

test('every catalogue joins under its own name and leaves nothing empty', async () => {
  const root = join(import.meta.dirname, '..')
  const files: string[] = []
  for await (const file of glob('**/strings.ts', { cwd: root })) files.push(file)
  for (const file of files) await import(join(root, file))
  assert.ok(files.length >= 5)
  assert.equal(catalogues.size, files.length, 'two catalogues share a name')
  for (const [feature, strings] of catalogues) check(feature, strings)
})

function check(path: string, strings: Strings): void {
  for (const [key, value] of Object.entries(strings)) {
    const at = `${path}.${key}`
    if (typeof value === 'string') assert.ok(value.trim(), at)
    else if (typeof value === 'object' && !Array.isArray(value)) check(at, value as Strings)
  }
}

test('plurals', () => {
  assert.deepEqual([plural(1, 'study', 'studies'), plural(2, 'study', 'studies'), plural(1200, 'image')], ['1 study', '2 studies', '1,200 images'])
})
