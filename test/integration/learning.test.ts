/** The loop learns, on films small enough for every test run; `npm run verify` proves the same at the sizes that people use. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { resource } from '#main/services/app.ts'
import { CommandLine } from '../verify/command.ts'
import { noiseDataset, noiseFilms, PATCHED } from '../verify/patches.ts'
import { findPeaks, shuffleClassifier } from '../verify/peaks.ts'

let folder: string
let cli: CommandLine
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xclassifier-learning-'))
  cli = new CommandLine(join(folder, 'data'))
})
after(() => rm(folder, { recursive: true, force: true }))

test('a network that learned to see a patch has its heat map peak there, and with its classifier shuffled it does not', async (t) => {
  const [side, patch, margin] = [160, 64, 16]
  await noiseDataset(join(folder, 'noise'), 128, { side, patch, seed: 1 })
  const positives = await noiseFilms(join(folder, 'positives'), 40, () => true, { side, patch, seed: 2 })
  await cli.answer('dataset', 'import', join(folder, 'noise'), '--name', 'noise')
  const { model } = await cli.train('noise', '--model', 'resnet18', '--augment', 'none', '--epochs', '3', '--batch', '16', '--size', `${side}`, '--init', 'random', '--seed', '1')
  const { auc } = await cli.answer<{ auc: { perLabel: Record<string, { value: number }> } }>('evaluate', model, '--dataset', 'noise', '--split', 'test')
  assert.ok(auc.perLabel[PATCHED]!.value >= 0.95, `AUC ${auc.perLabel[PATCHED]!.value}`)
  const where = { folder: join(folder, 'maps'), patch, margin }
  const { inside, offset } = await findPeaks(cli, model, positives, where)
  const shuffled = await shuffleClassifier(join(folder, 'data', 'models', model), join(folder, 'shuffled'), 1)
  const { inside: chance } = await findPeaks(cli, shuffled, positives, where)
  t.diagnostic(`peaks on the patch: ${inside} of ${positives.length}, mean displacement ${offset.x.toFixed(1)}, ${offset.y.toFixed(1)}; shuffled ${chance}`)
  assert.ok(inside >= 0.95 * positives.length, `${inside} peaks on the patch`)
  // Half a cell of this network is 16 pixels: a map drawn without regard to where its cells look lies that far off.
  assert.ok(Math.abs(offset.x) < 8 && Math.abs(offset.y) < 8, `the map lies ${offset.x}, ${offset.y} beside the patch`)
  assert.ok(chance < 0.3 * positives.length, `${chance} peaks on the patch with the classifier shuffled`)
})

test('two processes learn from the sample films: the third epoch has a mean loss 10 % or more below the first', async () => {
  await cli.answer('dataset', 'import', resource('samples', 'dataset'), '--name', 'samples')
  const { epochs } = await cli.train('samples', '--workers', '2', '--epochs', '3', '--size', '64', '--batch', '8', '--init', 'random', '--seed', '1')
  const [first, last] = [epochs[0]!.trainLoss, epochs.at(-1)!.trainLoss]
  assert.ok(last <= 0.9 * first, `${first} to ${last}`)
})
