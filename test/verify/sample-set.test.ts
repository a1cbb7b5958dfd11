/** The sample data set over two processes: its loss falls, whatever the seed. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { resource } from '#main/services/app.ts'
import { CommandLine } from './command.ts'

test('three epochs on two processes: the last mean loss is 10 % or more below the first, for three seeds', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xclassifier-samples-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const cli = new CommandLine(join(folder, 'data'))
  await cli.answer('dataset', 'import', resource('samples', 'dataset'), '--name', 'samples')
  for (const seed of [1, 2, 3]) {
    const { epochs, model } = await cli.train('samples', '--workers', '2', '--epochs', '3', '--size', '128', '--batch', '8', '--init', 'random', '--seed', `${seed}`)
    const [first, last] = [epochs[0]!.trainLoss, epochs.at(-1)!.trainLoss]
    t.diagnostic(`seed ${seed}: mean loss ${first.toFixed(4)} in the first epoch, ${last.toFixed(4)} in the last`)
    assert.equal(epochs.length, 3)
    assert.ok(last <= 0.9 * first, `seed ${seed}: ${first} to ${last}`)
    assert.ok(model)
  }
})
