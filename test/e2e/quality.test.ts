import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import type { DatasetRow } from '#shared/domain/dataset.ts'
import { spoiledSet } from '#main/services/datasets/quality/testing.ts'
import { strings as d } from '../../src-renderer/features/datasets/strings.ts'
import { strings as t } from '../../src-renderer/features/datasets/quality/strings.ts'
import { strings as settings } from '../../src-renderer/features/settings/strings.ts'
import { violations } from './axe.ts'
import { openApp, type App } from './host.ts'
import { importNow, samples } from './library.ts'

let app: App
let set: DatasetRow

before(async () => {
  app = await openApp()
  await samples(app)
  const folder = join(app.folder, 'spoiled')
  await spoiledSet(folder)
  await importNow(app, [folder])
  set = (await app.rpc.call('datasets.list', {})).find(({ name }) => name === 'spoiled')!
})
after(async () => {
  await app[Symbol.asyncDispose]()
  assert.deepEqual(app.complaints, [])
})

const films = () => app.page.getByRole('list', { name: t.gallery }).getByRole('listitem')
const reason = (name: string) => app.page.getByRole('navigation', { name: t.reasonsLabel }).getByRole('button', { name: new RegExp(`^${name} `) })
const detail = () => app.page.getByRole('region', { name: t.detail })
const excluded = async () => (await app.rpc.call('quality.summary', { dataset: set.id })).excluded

async function openQuality(): Promise<void> {
  await app.page.goto(`${new URL(app.url).origin}/#/settings`)
  // The page of before keeps its filters until the other one is there.
  await app.page.getByRole('navigation', { name: settings.sections }).waitFor()
  await app.page.goto(`${new URL(app.url).origin}/#/datasets/${set.id}`)
  await app.page.getByRole('tab', { name: t.tab }).click()
}

test('a check from the page finds what is spoiled; each film says why, with figure and threshold', async () => {
  const { page } = app
  await openQuality()
  await page.getByText(t.never).waitFor()
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: t.check }).click()
  // The broken file is left out by the import itself.
  await reason(t.all).filter({ hasText: '15' }).waitFor()
  assert.equal(await films().count(), 15)
  await reason(t.reasons.tiny).click()
  await films().filter({ hasText: '150' }).waitFor()
  await films().first().getByRole('button').press('Enter')
  await detail().getByText(t.threshold('224')).waitFor()
  await detail().getByText(t.noHistory).waitFor()
  assert.deepEqual(await violations(page), [])
})

test('a film is excluded with a reason and taken back; all of a kind go at once; the list says so', async () => {
  const { page } = app
  await openQuality()
  await reason(t.reasons.inverted).click()
  await films().first().getByRole('button').click()
  await detail().getByLabel(t.note).fill('negative of another')
  await detail().getByRole('button', { name: t.exclude }).click()
  await detail().getByText('negative of another').waitFor()
  assert.equal(await excluded(), 1)
  await detail().getByRole('button', { name: t.undo }).click()
  await detail().getByRole('button', { name: t.undo }).waitFor({ state: 'detached' })
  assert.equal(await excluded(), 0)

  await reason(t.reasons['near-duplicate']).click()
  await page.getByRole('button', { name: t.excludeAll(8) }).click()
  await page.getByRole('dialog').getByRole('button', { name: t.exclude }).click()
  await page.getByText(t.totals(15, 8, 0)).waitFor()
  await page.getByRole('radiogroup', { name: t.choice }).getByText(t.choices.open, { exact: true }).click()
  await page.getByText(t.nothing).waitFor()
  assert.deepEqual(await violations(page), [])
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: t.export }).click()
  const rows = parse<Record<string, string>>(await readFile(await (await waiting).path(), 'utf8'), { columns: true })
  assert.deepEqual([rows.length, rows.filter(({ Decision }) => Decision === 'exclude').length], [15, 8])
})

test('the splits page shows duplicates in several parts, and keeps them together', async () => {
  const { page, rpc } = app
  const { rows } = await rpc.call('quality.films', { dataset: set.id, choice: 'exclude' })
  await rpc.call('quality.decide', { dataset: set.id, choice: 'open', rows: rows.map(({ id }) => id) })
  const split = await rpc.call('datasets.split', { dataset: set.id, by: 'image', seed: 42, ratios: [50, 10, 40], policy: { uncertain: 'zeros', blank: 'zeros', dropWithoutPositive: false } })
  assert.ok((await rpc.call('quality.leak', { split: split.id })).clusters > 0)
  await openQuality()
  await page.getByRole('tab', { name: d.tabs.splits }).click()
  await page.getByRole('button', { name: t.resolve }).click()
  await page.getByText(t.noDuplicates).waitFor()
  assert.equal((await rpc.call('datasets.splits', { dataset: set.id })).length, 2)
  assert.deepEqual(await violations(page), [])
})
