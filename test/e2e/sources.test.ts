import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { strings as t } from '../../src-renderer/importing/sources/strings.ts'
import { violations } from './axe.ts'
import { openApp } from './host.ts'
import type { App } from './host.ts'
import { samples, until } from './library.ts'

let app: App
before(async () => {
  app = await openApp()
  await samples(app)
})
after(() => app[Symbol.asyncDispose]())

/** Drops a folder of this machine on a page, as a file manager does. */
async function drop(page: Page, path: string, where: 'datasets' | 'studies' = 'datasets'): Promise<void> {
  await page.goto(`${new URL(app.url).origin}/#/${where}`)
  // The heading is there before the page is, and each page takes what is dropped as its own.
  await page.getByRole(where === 'datasets' ? 'tab' : 'grid').first().waitFor()
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x: 700, y: 450, data })
  await session.detach()
}

async function folderOf(name: string, table: string, lines: readonly string[], films: readonly string[]): Promise<string> {
  const folder = join(app.folder, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, table), `${lines.join('\n')}\n`)
  for (const [i, film] of films.entries()) {
    const pixels = Uint8Array.from({ length: 48 * 40 }, (_, at) => at * (i + 3))
    await sharp(pixels, { raw: { width: 48, height: 40, channels: 1 } }).png().toFile(join(folder, film))
  }
  return folder
}

const named = async (name: string) => (await app.rpc.call('datasets.list', {})).find((set) => set.name === name)

test('a table of unknown columns is explained in a dialog that shows what it would bring, and once is enough', async () => {
  const { page } = app
  const lines = ['image,subject,fold,findings', 'one.png,7,train,Effusion|Infiltrat', 'two.png,8,test,Pneumothorax', 'gone.png,9,train,']
  const folder = await folderOf('clinic', 'befunde.csv', lines, ['one.png', 'two.png'])
  await drop(page, folder)
  const dialog = page.getByRole('dialog', { name: t.title('befunde.csv') })
  await dialog.getByText(t.previewOf(3, 2)).waitFor()
  assert.equal(await dialog.getByLabel(t.fields.patient).inputValue(), 'subject')
  assert.equal(await dialog.getByLabel(t.meaning('Effusion')).inputValue(), 'Pleural Effusion')
  await dialog.getByText(/Row 4 has no labels/).waitFor()
  assert.deepEqual(await violations(page), [])
  await dialog.getByLabel(t.meaning('Infiltrat')).selectOption('Lung Opacity')
  await dialog.getByRole('cell', { name: 'Lung Opacity, Pleural Effusion' }).waitFor()
  await page.keyboard.press('Tab')
  await dialog.getByRole('button', { name: t.import }).press('Enter')
  const set = await until('the data set', () => named('clinic'))
  assert.deepEqual([set.images, set.patients], [2, 2])
  const { rows } = await app.rpc.call('datasets.images', { dataset: set.id })
  assert.deepEqual([rows[0]!.labels['Lung Opacity'], rows[0]!.labels['Pleural Effusion'], rows[0]!.labels['Edema']], [1, 1, null])

  await drop(page, folder)
  await dialog.getByText(t.again).waitFor()
  assert.equal(await dialog.getByLabel(t.meaning('Infiltrat')).inputValue(), 'Lung Opacity')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

test('the words of a public set are shown beside our labels before its films come in', async () => {
  const { page } = app
  const folder = await folderOf('nih', 'Data_Entry_2017.csv', ['Image Index,Finding Labels,Patient ID', '00000001_000.png,Effusion|Hernia,1'], ['00000001_000.png'])
  await drop(page, folder)
  const dialog = page.getByRole('dialog', { name: t.knownTitle('NIH ChestX-ray14') })
  await dialog.getByRole('row', { name: 'Pleural_Thickening Pleural Other' }).waitFor()
  await dialog.getByText('Emphysema, Fibrosis, Hernia').waitFor()
  assert.deepEqual(await violations(page), [])
  await dialog.getByRole('button', { name: t.cancel }).click()
  await dialog.waitFor({ state: 'detached' })
  assert.equal(await named('nih'), undefined)
  await drop(page, folder)
  await dialog.getByRole('button', { name: t.import }).click()
  assert.equal((await until('the data set', () => named('nih'))).images, 1)
})

test('a table that names the films of a folder is asked about on the studies page too, and the films may come without it', async () => {
  const { page } = app
  const lines = ['picture,person,findings', 'left.png,3,Effusion', 'right.png,4,Pneumothorax']
  const folder = await folderOf('ward', 'answers.csv', lines, ['left.png', 'right.png'])
  const dialog = page.getByRole('dialog', { name: t.title('answers.csv') })
  const studies = async () => (await app.rpc.call('studies.list', {})).total
  const before = await studies()
  await drop(page, folder, 'studies')
  await dialog.getByText(t.previewOf(2, 2)).waitFor()
  assert.deepEqual(await violations(page), [])
  await dialog.getByRole('button', { name: t.filmsOnly }).click()
  await until('the studies', async () => (await studies()) === before + 2)
  assert.equal(await named('ward'), undefined)

  await drop(page, folder, 'studies')
  await dialog.getByRole('button', { name: t.import }).click()
  assert.deepEqual([(await until('the data set', () => named('ward'))).images], [2])
})
