import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { strings as datasets } from '../../src-renderer/features/datasets/strings.ts'
import { strings as studies } from '../../src-renderer/features/studies/strings.ts'
import { strings as viewer } from '../../src-renderer/features/viewer/strings.ts'
import { violations } from './axe.ts'
import { openApp } from './host.ts'
import type { App } from './host.ts'
import { importModel, samples } from './library.ts'

const THEMES = ['dark', 'light', 'black'] as const
const LABEL = 'Edema'

/** So that no page is only its empty state: a model, predictions, a report with a key image. */
async function fill(app: App): Promise<string> {
  const [study] = await samples(app)
  const { id: model } = await importModel(app)
  const { predictions } = await app.rpc.call('predictions.study', { study: study!.id, model })
  await app.rpc.call('reports.save', {
    study: study!.id,
    findings: [{ label: LABEL, decision: 'accepted', note: 'Kerley lines' }],
    text: 'Seen.',
    impression: 'Meant.',
    keyImages: [{ image: predictions[0]!.image, label: LABEL }],
  })
  return study!.id
}

type Place = [name: string, path: string, prepare?: (page: Page) => Promise<unknown>]

const press = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).first().click()
const tab = (name: string) => (page: Page) => page.getByRole('tab', { name }).click()
const places = (study: string): Place[] => [
  ['studies', 'studies', (page) => page.getByRole('row', { name: /SAMPLE/ }).first().click()],
  ['viewer', `viewer/${study}`, async (page) => (await page.locator(`[data-label="${LABEL}"]`).click(), page.getByTestId('heat-map').waitFor())],
  ['tags', `viewer/${study}`, press(viewer.tags)],
  ['marks', `viewer/${study}`, press(viewer.marks.title)],
  ['viewer without its study', 'viewer/none'],
  ['images of a data set', 'datasets', (page) => page.getByRole('row').nth(2).waitFor()],
  ['labels', 'datasets', tab(datasets.tabs.labels)],
  ['co-occurrence', 'datasets', tab(datasets.tabs.cooccurrence)],
  ['splits', 'datasets', tab(datasets.tabs.splits)],
  ['training', 'training'],
  ['tables of the paper', 'training/tables'],
  ['new run', 'training/new'],
  ['models', 'models'],
  ['model that is gone', 'models/none'],
  ['report', `reports/${study}`],
  ['settings', 'settings'],
  ['columns', 'studies', press(studies.chooseColumns)],
  ['command palette', 'studies', async (page) => (await page.keyboard.press('Control+k'), page.getByRole('dialog').waitFor())],
  ['shortcuts', 'studies', async (page) => (await page.keyboard.press('?'), page.getByRole('dialog').waitFor())],
  ['jobs', 'models', (page) => page.keyboard.press('Control+j')],
]

test('no page in any theme breaks a rule of accessibility that a machine can check', { timeout: 240_000 }, async (t) => {
  await using app = await openApp()
  const { page, rpc } = app
  const all = places(await fill(app))
  for (const theme of THEMES) {
    await rpc.call('settings.set', { theme })
    await page.goto(app.url)
    for (const [name, path, prepare] of all) {
      await t.test(`${name}, ${theme}`, async () => {
        await page.goto(`${new URL(app.url).origin}/#/${path}`)
        await page.locator(`html[data-theme=${theme}] nav [aria-current=page]`).waitFor()
        await page.waitForLoadState('networkidle')
        await prepare?.(page)
        assert.deepEqual(await violations(page), [])
        await page.keyboard.press('Escape')
      })
    }
  }
})
