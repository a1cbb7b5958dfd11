import assert from 'node:assert/strict'
import { test } from 'node:test'
import { figureText } from '../../src-shared/domain/experiment.ts'
import { strings as t } from '../../src-renderer/features/experiments/strings.ts'
import { strings as training } from '../../src-renderer/features/training/strings.ts'
import { violations } from './axe.ts'
import { openApp } from './host.ts'
import { samples, until } from './library.ts'

test('a table of the paper from the page: begun in its form, its figures beside the published ones, accessible', { timeout: 900_000 }, async () => {
  await using app = await openApp()
  const { page, rpc } = app
  await samples(app)
  await page.goto(`${new URL(app.url).origin}/#/training`)
  await page.getByRole('button', { name: training.tables }).click()
  await page.getByText(t.empty).waitFor()
  await page.getByRole('button', { name: t.add }).first().click()
  const form = page.getByRole('dialog')
  await form.getByLabel(t.table, { exact: true }).selectOption({ label: 'Table 6: final model' })
  assert.equal(await form.getByLabel(t.epochs).inputValue(), '30')
  await form.getByRole('button', { name: t.cancel }).click()

  // The form's smallest network takes minutes; the page is the same for a small one.
  const [dataset] = await rpc.call('datasets.list', {})
  const { id } = await rpc.call('experiments.start', { table: 'table6', run: { dataset: dataset!.id, model: 'resnet18', epochs: 1, size: 32, batch: 16, init: 'random' } })
  await page.getByRole('heading', { name: 'Table 6: final model' }).waitFor()
  const made = await until('the table', async () => {
    const now = await rpc.call('experiments.get', { experiment: id })
    return now.state !== 'running' && now
  })
  assert.equal(made.state, 'finished', JSON.stringify(made.rows))
  await page.getByText(t.states.finished).first().waitFor()
  const [ours] = made.rows
  const cells = await page.getByRole('row', { name: /^Xclassifier Desktop/ }).getByRole('cell').allTextContents()
  assert.deepEqual(cells.slice(1, 6).map((cell) => cell.trim()), made.columns.map((name) => figureText(name, ours!.measured!.figures[name])))
  assert.equal(await page.getByRole('row', { name: /^Xclassifier CheXpert, 30 epochs 89\.61 83\.89 0\.682 0\.344 0\.389/ }).count(), 1)
  assert.deepEqual(await violations(page), [])
  await page.getByRole('link', { name: 'Xclassifier Desktop' }).click()
  await page.waitForURL(new RegExp(`training/${ours!.run}`))
  assert.deepEqual(app.complaints, [])
})
