/**
 * The heat map is a label's own. Each film has four marks, each a label of its own: the map of each label must peak on its mark among the others.
 * The concat-pool head needs this more than a linear one: its maps are gradients through a max pool.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CommandLine } from './command.ts'
import { MARKS, markedDataset, markedFilms } from './marks.ts'
import { findPeaks } from './peaks.ts'

const [SIDE, PATCH, MARGIN] = [224, 64, 16]

for (const head of ['concat-pool', 'linear'] as const) {
  test(`densenetblur121d, ${head} head: of four marks in every film each label's map peaks on its own in 95 of 100`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'xclassifier-marks-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const cli = new CommandLine(join(folder, 'data'))
    const set = { side: SIDE, patch: PATCH }
    await markedDataset(join(folder, 'marks'), 600, { ...set, seed: 1 })
    const films = await markedFilms(join(folder, 'all'), 100, () => true, { ...set, seed: 2 })
    await cli.answer('dataset', 'import', join(folder, 'marks'), '--name', 'marks')
    const { model } = await cli.train('marks', '--head', head, '--augment', 'none', '--epochs', '3', '--batch', '16', '--size', `${SIDE}`, '--init', 'random', '--seed', '1')
    for (const [mark, [label]] of MARKS.entries()) {
      const asked = films.map(({ file, marks }) => ({ file, patch: marks[mark]! }))
      const { inside } = await findPeaks(cli, model, asked, { folder: join(folder, 'maps'), patch: PATCH, margin: MARGIN, label })
      t.diagnostic(`${label}: ${inside} of ${films.length} peaks on its mark`)
      assert.ok(inside >= 95, `${label}: ${inside} of ${films.length}`)
    }
  })
}
