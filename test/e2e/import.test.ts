import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { strings as importing } from '../../src-renderer/importing/strings.ts'
import { openApp } from './host.ts'
import type { App } from './host.ts'
import { samples, studies, until } from './library.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/dicom')

let app: App
before(async () => {
  app = await openApp()
  await samples(app)
})
after(() => app[Symbol.asyncDispose]())

/** Drops files or folders of this machine on the page, as a file manager does. */
async function drop(paths: string[]): Promise<void> {
  const session = await app.page.context().newCDPSession(app.page)
  const data = { items: [], files: paths, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x: 600, y: 500, data })
  await session.detach()
}

/** A folder with good films below it and files that are none. */
function dropped(): string {
  const folder = join(app.folder, 'from the scanner')
  mkdirSync(join(folder, 'below'), { recursive: true })
  copyFileSync(join(FIXTURES, 'explicit.dcm'), join(folder, 'film without extension'))
  copyFileSync(join(FIXTURES, 'grey8.png'), join(folder, 'below/picture.png'))
  writeFileSync(join(folder, 'notes.dcm'), 'These are only words.\n')
  writeFileSync(join(folder, 'below/cut short.dcm'), readFileSync(join(FIXTURES, 'implicit.dcm')).subarray(0, 700))
  return folder
}

test('a dropped folder is imported, and what was skipped is named with its reason', async () => {
  const { page } = app
  await page.getByRole('row', { name: /SAMPLE, ONE/ }).first().waitFor()
  await drop([dropped()])
  const toast = page.getByRole('button', { name: importing.show })
  await toast.waitFor()
  assert.equal((await studies(app)).length, 8)
  await toast.click()
  const dialog = page.getByRole('dialog')
  const rows = dialog.getByRole('row')
  await rows.filter({ hasText: 'notes.dcm' }).waitFor()
  assert.match(await rows.filter({ hasText: 'notes.dcm' }).innerText(), /NOT_DICOM|NOT_AN_IMAGE|UNKNOWN_FORMAT/)
  assert.match(await rows.filter({ hasText: 'cut short.dcm' }).innerText(), /TRUNCATED_FILE/)
  assert.equal(await rows.count(), 3)
  await page.keyboard.press('Escape')
})

test('the same drop again brings nothing new', async () => {
  await drop([join(app.folder, 'from the scanner')])
  await app.page.getByText(importing.finished(importing.nothingNew)).first().waitFor()
  assert.equal((await studies(app)).length, 8)
})

test('dropped files may come alone, and their films can be seen', async () => {
  const { page } = app
  const folder = join(app.folder, 'single')
  mkdirSync(folder)
  copyFileSync(join(FIXTURES, 'grey8.jpg'), join(folder, 'Ångström 100%.jpg'))
  await drop([join(folder, 'Ångström 100%.jpg')])
  const added = await until('the ninth study', async () => (await studies(app)).length === 9 && (await studies(app)).find(({ patientId }) => patientId.includes('ngstr')), 20_000)
  await page.goto(`${new URL(app.url).origin}/#/viewer/${added.id}`)
  await page.getByText(/^W \d/).waitFor()
})

test('nothing leaves the machine, and the page could not if it wanted to', async () => {
  const { page, url, requests, complaints } = app
  const { host, origin } = new URL(url)
  for (const name of ['studies', 'viewer', 'datasets', 'training', 'models', 'reports', 'settings']) {
    await page.goto(`${origin}/#/${name}`)
    await page.waitForLoadState('networkidle')
  }
  assert.deepEqual(complaints, [])
  assert.ok(requests.length > 20)
  assert.deepEqual(requests.filter((address) => !/^(blob|data):/.test(address) && new URL(address).host !== host), [])
  const policy = (await page.request.get(`${origin}/`)).headers()['content-security-policy'] ?? ''
  assert.match(policy, /default-src 'self'/)
  assert.doesNotMatch(policy, /unsafe|\*/)
  // Its own server under another name counts as elsewhere.
  const tried = await page.evaluate(async (elsewhere) => {
    const violated = new Promise<string>((resolve) => document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective)))
    const answer = await fetch(elsewhere).then(() => 'let through', () => 'refused')
    return [answer, await violated]
  }, origin.replace('127.0.0.1', 'localhost'))
  assert.deepEqual(tried, ['refused', 'connect-src'])
})
