import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { commandLine } from './xclassifier.ts'

test('demo walks the whole loop on the samples: one object on stdout, every step on stderr, and what it made is there', async (t) => {
  const cli = commandLine(t)
  const out = join(cli.folder, 'demo')
  const { code, stdout, stderr } = await cli.run('demo', '--out', out, '--json')
  assert.equal(code, 0, stderr)
  const made = JSON.parse(stdout) as Record<'run' | 'model' | 'overlay' | 'report', string>
  assert.deepEqual(stderr.match(/^\d\. /gm), ['1. ', '2. ', '3. ', '4. ', '5. '])
  assert.match(stderr, /144 films of 112 patients/)
  assert.ok((await sharp(made.overlay).metadata()).width >= 1000)
  assert.equal((await readFile(made.report)).subarray(0, 5).toString(), '%PDF-')
  const elsewhere = await cli.json<{ runs: unknown[] }>('runs')
  assert.deepEqual(elsewhere.runs, [], 'the own library is left alone')
  const library = join(out, 'library')
  const { models } = await cli.json<{ models: { id: string }[] }>('models', '--data', library)
  assert.deepEqual(models.map(({ id }) => id), [made.model])
})
