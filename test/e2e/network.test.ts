import assert from 'node:assert/strict'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { strings as t } from '../../src-renderer/features/network/strings.ts'
import { strings as settings } from '../../src-renderer/features/settings/strings.ts'
import { strings as importing } from '../../src-renderer/importing/strings.ts'
import { strings as reports } from '../../src-renderer/features/reports/strings.ts'
import { dcmtk, freePort, storescp } from '#main/services/network/testing.ts'
import { violations } from './axe.ts'
import { openApp, type App } from './host.ts'
import { samples, until } from './library.ts'

const FILM = join(import.meta.dirname, '../fixtures/deidentify/implicit.dcm')

const goTo = async ({ page, url }: App, place: string): Promise<void> => {
  await page.goto(`${new URL(url).origin}/#/${place}`)
  await page.waitForLoadState('networkidle')
}

/** The row of the film that came in, chosen, and an entry of its menu, by keys alone. */
async function chooseFromMenu(page: Page, entry: string): Promise<void> {
  await page.getByRole('row', { name: /Köhlmeier/ }).click()
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: `${entry} …` }).press('Enter')
  await page.getByRole('dialog').waitFor()
}

test('films come in over the network, and leave as they are or without names', { timeout: 240_000 }, async (t_) => {
  await using app = await openApp()
  const { page, rpc, folder, complaints } = app
  await samples(app)
  const peer = join(folder, 'peer')
  await mkdir(peer)
  const { port: theirs } = await storescp(t_, peer, '+xa')
  const ours = await freePort()

  await goTo(app, 'settings')
  const section = page.getByRole('region', { name: settings.network, exact: true })
  await section.getByLabel(t.receiving).check()
  await section.getByLabel(t.port, { exact: true }).fill(String(ours))
  await section.getByLabel(t.allow).fill('FRIEND')
  await section.getByRole('button', { name: t.apply }).click()
  await section.getByText(t.listening('127.0.0.1', ours)).waitFor()
  assert.match((await dcmtk('echoscu', '-aec', 'XCLASSIFIER', '-aet', 'STRANGER', '127.0.0.1', String(ours))).said, /Rejected/)
  await section.getByText(/STRANGER/).waitFor()
  assert.equal((await dcmtk('storescu', '-xi', '-aet', 'FRIEND', '-aec', 'XCLASSIFIER', '127.0.0.1', String(ours), FILM)).code, 0)
  await section.getByText(t.received(1)).waitFor()

  await section.getByRole('button', { name: t.addNode }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(t.name, { exact: true }).fill('Archive')
  await dialog.getByLabel(t.theirTitle).fill('PEER')
  await dialog.getByLabel(t.host).fill('127.0.0.1')
  await dialog.getByLabel(t.port, { exact: true }).fill(String(theirs))
  assert.deepEqual(await violations(page), [])
  await page.keyboard.press('Enter')
  await section.getByRole('button', { name: `${t.test} Archive` }).click()
  await page.getByText(/Archive answered in/).waitFor()
  assert.deepEqual(await violations(page), [])

  await goTo(app, 'studies')
  await chooseFromMenu(page, t.send)
  assert.deepEqual(await violations(page), [])
  await page.getByRole('dialog').getByRole('button', { name: t.send, exact: true }).press('Enter')
  await page.getByText(t.ended.send(1)).waitFor()
  assert.equal((await readdir(peer)).length, 1)

  await chooseFromMenu(page, t.deidentify)
  await page.getByLabel(t.shiftDates).press('Space')
  assert.deepEqual(await violations(page), [])
  await page.getByRole('dialog').getByRole('button', { name: t.chooseFolder }).press('Enter')
  await page.getByRole('dialog', { name: importing.target }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  // The page's own folder browser starts at home: a test must not write there.
  const study = (await rpc.call('studies.list', { search: 'Köhlmeier' })).rows[0]!.id
  const out = join(folder, 'copies')
  const { job } = await rpc.call('deidentify.start', { studies: [study], out, shiftDates: true })
  await until('the copies', async () => (await rpc.call('jobs.get', { job })).state === 'finished')
  await page.getByText(t.ended.deidentify(1)).waitFor()

  await page.getByRole('button', { name: t.find }).click()
  await page.getByText(t.noWebNode).waitFor()
  assert.deepEqual(await violations(page), [])
  await page.keyboard.press('Escape')
  assert.deepEqual(complaints, [])
})

test('a report is signed and locked, an addendum opens it again', { timeout: 240_000 }, async () => {
  await using app = await openApp()
  const { page, rpc, complaints } = app
  const [study] = await samples(app)
  await goTo(app, `reports/${study!.id}`)
  const words = page.getByLabel(reports.text, { exact: true })
  await words.fill('Clear lungs.')
  await page.getByRole('button', { name: `${reports.sign}…` }).press('Enter')
  await page.getByLabel(reports.signer).fill('Dr. Reader')
  assert.deepEqual(await violations(page), [])
  await page.keyboard.press('Enter')
  await page.getByText(/Signed by Dr\. Reader/).first().waitFor()
  assert.ok(await words.isDisabled())
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: reports.addendum }).press('Enter')
  await page.getByText(new RegExp(reports.addendumTo(1))).waitFor()
  await words.fill('Clear lungs, and a small addition.')
  await page.getByRole('button', { name: reports.save, exact: true }).press('Enter')
  await page.getByText(new RegExp(reports.addendumTo(1))).waitFor()
  const { version, signedAt, addendumTo, text } = await rpc.call('reports.ofStudy', { study: study!.id })
  assert.deepEqual([version, signedAt, addendumTo, text], [3, null, 1, 'Clear lungs, and a small addition.'])
  assert.deepEqual(complaints, [])
})
