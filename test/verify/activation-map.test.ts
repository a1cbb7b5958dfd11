/**
 * The heat map shows what the network saw. Films of noise of the network's own size, a bright square of 64 pixels (two cells of the map) on
 * every other one: a network trained on them from random weights must tell them apart, and its map must peak on the square.
 * The control: with the classifier's weights shuffled the map must not.
 *
 * Max pooling hands on where each channel is highest, and nothing else. In a film with one bright square that is the square, whatever weighs the
 * channels: so the concat-pool head learns four marks, each a label of its own, and is asked for one of them among the others.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Head, ModelName } from '#shared/domain/run.ts'
import { CommandLine } from './command.ts'
import { markedDataset, markedFilms } from './marks.ts'
import { noiseDataset, noiseFilms, PATCHED } from './patches.ts'
import { findPeaks, shuffleClassifier } from './peaks.ts'

const SHUFFLES = 3
const [SIDE, PATCH, MARGIN] = [224, 64, 16]

interface Proof {
  model: ModelName
  head: Head
  augment: 'paper' | 'none'
  films: number
  epochs: number
  batch: number
}

const PROOFS: Proof[] = [
  { model: 'densenetblur121d', head: 'linear', augment: 'paper', films: 400, epochs: 2, batch: 16 },
  { model: 'densenetblur121d', head: 'linear', augment: 'none', films: 400, epochs: 5, batch: 8 },
  { model: 'resnet18', head: 'linear', augment: 'paper', films: 400, epochs: 3, batch: 16 },
  // Its maps are gradients, not weights: the max pool's part, the ReLU's gate.
  { model: 'resnet18', head: 'concat-pool', augment: 'none', films: 600, epochs: 4, batch: 16 },
]

for (const { model, head, augment, films, epochs, batch } of PROOFS) {
  test(`${model}, ${head} head, augmentation ${augment}, ${epochs} epochs: the heat map peaks on the patch in 95 of 100 films, and shuffled in under 30`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'xclassifier-patch-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const cli = new CommandLine(join(folder, 'data'))
    const set = { side: SIDE, patch: PATCH }
    const alone = head === 'linear'
    await (alone ? noiseDataset : markedDataset)(join(folder, 'noise'), films, { ...set, seed: 1 })
    const positives = await (alone ? noiseFilms : markedFilms)(join(folder, 'positives'), 100, () => true, { ...set, seed: 2 })

    await cli.answer('dataset', 'import', join(folder, 'noise'), '--name', 'noise')
    const training = ['--model', model, '--head', head, '--augment', augment, '--epochs', `${epochs}`, '--batch', `${batch}`, '--size', `${SIDE}`, '--init', 'random', '--seed', '1']
    const { model: id } = await cli.train('noise', ...training)
    const { auc } = await cli.answer<{ auc: { perLabel: Record<string, { value: number }> } }>('evaluate', id, '--dataset', 'noise', '--split', 'test')
    t.diagnostic(`AUC on held-out films ${auc.perLabel[PATCHED]!.value}`)
    assert.ok(auc.perLabel[PATCHED]!.value >= 0.95, `AUC ${auc.perLabel[PATCHED]!.value}`)

    const where = { folder: join(folder, 'maps'), patch: PATCH, margin: MARGIN }
    const { inside, offset } = await findPeaks(cli, id, positives, where)
    t.diagnostic(`${inside} of ${positives.length} peaks on the patch, mean displacement ${offset.x.toFixed(1)}, ${offset.y.toFixed(1)}`)
    assert.ok(inside >= 95, `${inside} of 100 peaks on the patch`)
    assert.ok(Math.abs(offset.x) < 8 && Math.abs(offset.y) < 8, 'the map lies beside what it shows')
    for (let seed = 1; seed <= SHUFFLES; seed++) {
      const shuffled = await shuffleClassifier(join(folder, 'data', 'models', id), join(folder, `shuffled-${seed}`), seed)
      const { inside: chance } = await findPeaks(cli, shuffled, positives, where)
      t.diagnostic(`${chance} of ${positives.length} with the classifier shuffled (${seed})`)
      assert.ok(chance < 30, `${chance} of 100 peaks on the patch with the classifier shuffled (seed ${seed})`)
    }
  })
}
