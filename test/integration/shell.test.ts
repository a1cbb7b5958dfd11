import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT, SAMPLE_SET, commandLine } from './xclassifier.ts'

test('a reader that leaves early does not end the command', async (t) => {
  const cli = commandLine(t)
  const child = spawn(process.execPath, [join(ROOT, 'scripts/xclassifier.mjs'), '--data', cli.library, 'dataset', 'import', SAMPLE_SET, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const code = await new Promise((resolve) => child.on('close', resolve))
  assert.deepEqual([code, said.includes('EPIPE')], [0, false], said)
  const { datasets } = await cli.json<{ datasets: { images: number }[] }>('dataset', 'list')
  assert.deepEqual(datasets.map(({ images }) => images), [144])
})
