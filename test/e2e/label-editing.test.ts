import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DatasetRow } from '#shared/domain/dataset.ts'
import { PAPER_POLICY } from '#shared/domain/labels.ts'
import { strings as l } from '../../src-renderer/features/datasets/labels/strings.ts'
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
  await app.rpc.call('settings.set', { reader: 'Dr Two' })
})
after(async () => {
  await app[Symbol.asyncDispose]()
  assert.deepEqual(app.complaints, [])
})

const detail = () => app.page.getByRole('region', { name: t.detail })
const rows = async () => (await app.rpc.call('datasets.images', { dataset: set.id, filter: { search: '', labels: [] } })).rows
const history = () => app.rpc.call('labels.history', { dataset: set.id })

async function openImages(): Promise<void> {
  await app.page.goto(`${new URL(app.url).origin}/#/settings`)
  // The page of before keeps its filters until the other one is there.
  await app.page.getByRole('navigation', { name: settings.sections }).waitFor()
  await app.page.goto(`${new URL(app.url).origin}/#/datasets/${set.id}`)
  await app.page.getByRole('grid', { name: t.tabs.images }).waitFor()
}

test('one image is edited by keyboard, its history says who and why, and it is undone; the source stays in sight', async () => {
  const { page } = app
  await openImages()
  const [first] = await rows()
  const was = t.rawNames[String(first!.labels.Fracture)]!
  const now = first!.labels.Fracture === 1 ? 'negative' : 'positive'
  await page.getByRole('grid', { name: t.tabs.images }).focus()
  await page.keyboard.press('ArrowDown')
  await detail().getByRole('button', { name: l.edit }).press('Enter')
  await detail().getByLabel(l.editOf('Fracture')).selectOption(now)
  assert.deepEqual(await violations(page), [])
  await detail().getByLabel(l.why).fill('seen on the lateral')
  await page.keyboard.press('Enter')
  const line = detail().getByRole('row', { name: /^Fracture/ })
  await line.getByText(now, { exact: true }).first().waitFor()
  assert.deepEqual((await line.getByRole('cell').allTextContents()).slice(0, 2), [was, now])
  const told = detail().getByRole('region', { name: l.history })
  await told.getByText(l.from('Fracture', was, now)).waitFor()
  await told.getByText('seen on the lateral').waitFor()
  await told.getByText(/^Dr Two, /).waitFor()
  assert.deepEqual(await violations(page), [])

  const facets = page.getByRole('region', { name: t.filters })
  await facets.getByRole('button', { name: new RegExp(`^${l.onlyEdited} ?1$`) }).waitFor()
  await told.getByRole('button', { name: l.undoOf(l.from('Fracture', was, now)) }).press('Enter')
  await told.getByText(l.undone).waitFor()
  assert.deepEqual((await rows())[0]!.labels, first!.labels)
})

test('twenty are edited in bulk: how many change is said before, the history lists it, undo puts all back', async () => {
  const { page } = app
  await openImages()
  const before = await rows()
  const twenty = before.slice(0, 20)
  const changing = twenty.filter(({ labels }) => labels.Edema !== -1).length
  await page.getByRole('grid', { name: t.tabs.images }).focus()
  await page.keyboard.press('ArrowDown')
  for (let row = 1; row < 20; row++) await page.keyboard.press('Shift+ArrowDown')
  await page.getByText(t.selected(20)).waitFor()
  await page.getByRole('button', { name: t.actions }).click()
  await page.getByRole('menuitem', { name: l.bulk(20) }).click()
  const dialog = page.getByRole('dialog', { name: l.bulkTitle(20) })
  await dialog.getByLabel(l.label, { exact: true }).selectOption('Edema')
  await dialog.getByLabel(l.ofLabel('Edema', l.value)).selectOption('uncertain')
  await dialog.getByText(l.preview('Edema', changing)).waitFor()
  assert.deepEqual(await violations(page), [])
  await dialog.getByLabel(l.why).fill('read again')
  await dialog.getByRole('button', { name: l.apply(changing) }).click()
  await dialog.waitFor({ state: 'detached' })
  await until('the edit', async () => (await history())[0]?.why === 'read again')
  assert.ok((await rows()).slice(0, 20).every(({ labels }) => labels.Edema === -1))
  assert.deepEqual((await rows()).slice(20), before.slice(20))

  await page.getByRole('button', { name: t.actions }).click()
  await page.getByRole('menuitem', { name: l.historyMenu }).click()
  const list = page.getByRole('dialog', { name: l.history })
  await list.getByText(l.extent(changing, changing)).waitFor()
  assert.deepEqual(await violations(page), [])
  await list.getByRole('button', { name: l.undoOf(l.became('Edema', l.values.uncertain)) }).click()
  await until('the labels to be back', async () => JSON.stringify(await rows()) === JSON.stringify(before))
  await page.keyboard.press('Escape')
  await list.waitFor({ state: 'detached' })
})

test('a policy of one label is tried out against the saved one, then saved; the image says what it becomes', async () => {
  const { page, rpc } = app
  // The sample leaves nothing open: one label is made blank.
  await rpc.call('labels.edit', { dataset: set.id, rows: [(await rows())[0]!.id], values: { Edema: null } })
  await openImages()
  await page.getByRole('tab', { name: t.tabs.labels }).click()
  const own = page.getByLabel(l.ofLabel('Edema', l.blank))
  await own.selectOption('ones')
  const policy = { ...PAPER_POLICY, labels: { Edema: { blank: 'ones' as const } } }
  const { since, kept } = await rpc.call('datasets.policyEffect', { dataset: set.id, policy, before: PAPER_POLICY })
  assert.ok(since!.rows > 0)
  await page.getByText(l.since(since!.rows, since!.kept)).waitFor()
  await page.getByText(new RegExp(`^${t.effect(kept, set.images, set.images - kept).replaceAll('.', '\\.')}`)).waitFor()
  assert.deepEqual(await rpc.call('labels.policies', {}), {}, 'a preview saves nothing')
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: l.savePolicy }).click()
  await page.getByText(l.policySaved).waitFor()
  assert.deepEqual((await rpc.call('labels.policies', {}))[set.id], policy)
  await page.reload()
  await page.getByRole('grid', { name: t.tabs.images }).waitFor()
  const index = (await rows()).findIndex(({ labels }) => labels.Edema === null)
  await page.getByRole('grid', { name: t.tabs.images }).focus()
  for (let row = 0; row <= index; row++) await page.keyboard.press('ArrowDown')
  await detail().getByRole('row', { name: /^Edema/ }).getByText(t.targets[1]!, { exact: true }).waitFor()
})
