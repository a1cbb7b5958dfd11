import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import type { DatasetRow } from '#shared/domain/dataset.ts'
import type { Label } from '#shared/domain/labels.ts'
import { strings as t } from '../../src-renderer/features/datasets/strings.ts'
import { strings as settings } from '../../src-renderer/features/settings/strings.ts'
import { violations } from './axe.ts'
import { openApp, type App } from './host.ts'
import { samples, until } from './library.ts'

let app: App
let set: DatasetRow

before(async () => {
  app = await openApp()
  await samples(app)
  set = (await app.rpc.call('datasets.list', {}))[0]!
})
after(async () => {
  await app[Symbol.asyncDispose]()
  assert.deepEqual(app.complaints, [])
})

const facets = () => app.page.getByRole('region', { name: t.filters })
const facet = (name: string) => facets().getByRole('button', { name: new RegExp(`^${name} `) })
const shown = (images: number) => app.page.getByRole('tabpanel').getByText(t.shown(images, set.images), { exact: true }).waitFor()
const positive = (...labels: Label[]) => ({ search: '', labels: labels.map((label) => ({ label, value: 'positive' as const })) })
const total = async (filter: Parameters<typeof app.rpc.call<'datasets.images'>>[1]['filter']) => (await app.rpc.call('datasets.images', { dataset: set.id, filter })).total

async function openImages(): Promise<void> {
  await app.page.goto(`${new URL(app.url).origin}/#/settings`)
  // The page of before keeps its filters until the other one is there.
  await app.page.getByRole('navigation', { name: settings.sections }).waitFor()
  await app.page.goto(`${new URL(app.url).origin}/#/datasets/${set.id}`)
  await shown(set.images)
}

test('facets count what each further choice would leave; a filter is saved, taken away, and applied again by its name', async () => {
  const { page } = app
  await openImages()
  const [effusions, both] = [await total(positive('Pleural Effusion')), await total(positive('Pleural Effusion', 'Edema'))]
  await facet('Pleural Effusion').filter({ hasText: String(effusions) }).click()
  await shown(effusions)
  await facet('Edema').filter({ hasText: new RegExp(`Edema\\s*${both}$`) }).waitFor()

  const saved = facets().getByRole('button', { name: t.savedFilters })
  await saved.click()
  await page.getByRole('button', { name: `${t.saveFilter} …` }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('Wet lungs')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: t.clearFilters }).click()
  await shown(set.images)
  await page.reload()
  await shown(set.images)
  await saved.click()
  await page.getByRole('button', { name: t.applyFilter('Wet lungs'), exact: true }).waitFor()
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: t.applyFilter('Wet lungs'), exact: true }).click()
  await shown(effusions)
  await saved.click()
  await page.getByRole('button', { name: t.removeFilter('Wet lungs') }).click()
  await page.getByText(t.noSaved).waitFor()
  await page.keyboard.press('Escape')
})

test('a cell of the co-occurrence shows its images, which become a data set of their own and a label file', async () => {
  const { page, rpc } = app
  await openImages()
  const both = await total(positive('Cardiomegaly', 'Pleural Effusion'))
  await page.getByRole('tab', { name: t.tabs.cooccurrence }).click()
  await page.getByRole('button', { name: /also (carry|carries) Pleural Effusion\.$/ }).nth(1).waitFor()
  await page.getByRole('button', { name: new RegExp(`with Cardiomegaly, ${both} .* Pleural Effusion\\.$`) }).click()
  await shown(both)

  const actions = page.getByRole('button', { name: t.actions })
  await actions.click()
  await page.getByRole('menuitem', { name: t.subset(both) }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(set.name)
  await page.getByRole('button', { name: t.subsetMake }).click()
  await page.getByText(`There is already a data set "${set.name}".`).waitFor()
  await page.getByRole('dialog').getByRole('textbox').fill('Both')
  await page.getByRole('button', { name: t.subsetMake }).click()
  const made = await until('the new set', async () => (await rpc.call('datasets.list', {})).find(({ name, images }) => name === 'Both' && images === both))
  assert.equal(made.labelled, both)

  await actions.click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: t.exportCsv }).click()])
  const rows = parse(await readFile(await download.path()), { columns: true }) as Record<string, string>[]
  assert.equal(rows.length, both)
  assert.ok(rows.every((row) => row['Cardiomegaly'] === '1.0' && row['Pleural Effusion'] === '1.0'))
})

test('the chosen image in full, by keyboard: labels under the policy, films of the patient; Enter opens the viewer', async () => {
  const { page, rpc } = app
  await openImages()
  const { rows } = await rpc.call('datasets.images', { dataset: set.id })
  const byPatient = Map.groupBy(rows, ({ patient }) => patient)
  const index = rows.findIndex(({ patient }) => byPatient.get(patient)!.length > 1)
  const image = rows[index]!
  await page.getByRole('grid', { name: t.tabs.images }).focus()
  for (let step = 0; step <= index; step++) await page.keyboard.press('ArrowDown')
  const detail = page.getByRole('region', { name: t.detail })
  await detail.getByRole('heading', { name: image.patient }).waitFor()
  const [label, raw] = Object.entries(image.labels).find(([, value]) => value === 1)!
  const cells = await detail.getByRole('row', { name: new RegExp(`^${label}`) }).getByRole('cell').allTextContents()
  assert.deepEqual(cells, [t.rawNames[String(raw)], t.targets[1]])
  const films = byPatient.get(image.patient)!
  await detail.getByText(t.timeline(films.length)).waitFor()
  assert.equal(await detail.locator('li button').count(), films.length)
  assert.equal(await detail.locator('li button[aria-current]').count(), 1)
  assert.deepEqual(await violations(page), [])
  await detail.locator('li button:not([aria-current])').first().click()
  assert.equal(await detail.locator('li button[aria-current]').count(), 1)
  await page.getByRole('grid', { name: t.tabs.images }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(new RegExp(`viewer/${image.study}.*image=${image.image}`))
})

test('films that fly by are not asked for; those in sight are, once the rows rest', async () => {
  const { page, requests } = app
  await page.setViewportSize({ width: 1440, height: 400 })
  await openImages()
  const thumbnails = () => requests.filter((address) => address.includes('/media/thumbnail/')).length
  const inSight = () => page.locator('.tr img').count()
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLImageElement>('.tr img')].every((image) => image.complete && image.src))
  // With the page's clock standing still no row rests, however slow the machine.
  await page.clock.install()
  await page.clock.pauseAt(new Date(Date.now() + 60_000))
  const before = thumbnails()
  const grid = page.getByRole('grid', { name: t.tabs.images })
  for (const share of [0.3, 0.6, 0.9]) {
    const row = await grid.evaluate((element, part) => ((element.scrollTop = part * element.scrollHeight), Math.ceil(element.scrollTop / 44)), share)
    await page.locator(`.tr[aria-rowindex="${row + 3}"] .name`).waitFor()
  }
  assert.equal(thumbnails(), before)
  await page.clock.runFor(1000)
  await page.clock.resume()
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLImageElement>('.tr img')].every((image) => image.complete && image.src))
  const asked = thumbnails() - before
  assert.ok(asked > 0 && asked <= (await inSight()), `${asked}`)
  await page.setViewportSize({ width: 1440, height: 900 })
})
