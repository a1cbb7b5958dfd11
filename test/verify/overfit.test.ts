/** Sixteen real films are learned by heart by what a person would type: the same films to train and to validate on, as the set's own files say. */
import assert from 'node:assert/strict'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { resource } from '#main/services/app.ts'
import { CommandLine } from './command.ts'

const FILMS = 16
const STEPS = 60
const SAMPLES = resource('samples', 'dataset')

/** The first films of the samples twice, under train/ with train.csv and under valid/ with valid.csv. */
async function filmsToLearn(folder: string): Promise<void> {
  const [header, ...rows] = (await readFile(join(SAMPLES, 'train.csv'), 'utf8')).trim().split('\n')
  for (const part of ['train', 'valid']) {
    const own = rows.slice(0, FILMS).map((row) => row.replace('/train/', `/${part}/`))
    for (const [i, row] of own.entries()) {
      const inSet = (line: string) => line.slice(line.indexOf('/') + 1, line.indexOf(','))
      const film = join(folder, inSet(row))
      await mkdir(dirname(film), { recursive: true })
      await copyFile(join(SAMPLES, inSet(rows[i]!)), film)
    }
    await writeFile(join(folder, `${part}.csv`), `${[header, ...own].join('\n')}\n`)
  }
}

for (const { size, batch } of [{ size: 128, batch: 8 }, { size: 224, batch: 16 }]) {
  test(`sixteen films of ${size} pixels, batch ${batch}: training macro AUC .95 within ${STEPS} steps`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'xclassifier-overfit-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    await filmsToLearn(join(folder, 'sixteen'))
    const cli = new CommandLine(join(folder, 'data'))
    await cli.answer('dataset', 'import', join(folder, 'sixteen'), '--name', 'sixteen')
    const epochs = (STEPS * batch) / FILMS
    const run = await cli.train('sixteen', '--split', 'file', '--augment', 'none', '--init', 'random', '--epochs', `${epochs}`, '--batch', `${batch}`, '--size', `${size}`)
    assert.equal(run.steps, STEPS)
    const reached = run.epochs.find(({ auc }) => auc.macro! >= 0.95)
    t.diagnostic(`macro AUC ${run.epochs.at(-1)!.auc.macro} at the end, .95 at step ${(reached?.epoch ?? NaN) * (FILMS / batch)}`)
    assert.ok(reached, `macro AUC ${run.epochs.map(({ auc }) => auc.macro).join(', ')}`)
    assert.ok(run.epochs.at(-1)!.auc.macro! >= 0.95, 'and it stays learned')
  })
}
