import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { LABELS } from '#shared/domain/labels.ts'
import type { ModelRow } from '#shared/domain/prediction.ts'
import { greyPicture, openFilm, writeFilm } from '#main/dicom/index.ts'
import { resource } from '#main/services/app.ts'
import { writeTestModel } from '#main/services/models/testing.ts'
import { strings as panel } from '../../src-renderer/features/predictions/strings.ts'
import { strings as studiesText } from '../../src-renderer/features/studies/strings.ts'
import { violations } from './axe.ts'
import { openApp, type App } from './host.ts'
import { importNow, samples, until } from './library.ts'

let app: App
let models: ModelRow[]
before(async () => {
  app = await openApp()
  await samples(app)
  models = []
  for (const seed of [1, 2]) models.push(await app.rpc.call('models.import', { path: await writeTestModel(join(app.folder, `model-${seed}`), { seed }), name: `Model ${seed}` }))
})
after(() => app[Symbol.asyncDispose]())

const show = (place: string): Promise<unknown> => app.page.goto(`${new URL(app.url).origin}/#/${place}`)
const numbers = async (selector: string): Promise<string[]> => (await app.page.locator(selector).allInnerTexts()).map((text) => text.replace('−', '-').replace('±', ''))

test('an inverted film is not predicted, and says why; predicted anyway with the keyboard, the reason stays with it and stands on the report', async () => {
  const { page, rpc, folder } = app
  const { pixels, width, height } = await greyPicture(await openFilm(resource('samples', 'studies', 'sample-003.dcm')))
  const path = join(folder, 'inverted.dcm')
  const uids = { studyInstanceUid: '2.25.81', seriesInstanceUid: '2.25.82', sopInstanceUid: '2.25.83' }
  await writeFile(path, writeFilm({ ...uids, object: 'DX', patientId: 'INV', pixels: pixels.map((value) => 255 - value), rows: height, columns: width }))
  await importNow(app, [path])
  const study = await rpc.call('studies.get', { study: '2.25.81' })
  await show(`viewer/${study.id}`)
  await page.getByRole('button', { name: panel.predict, exact: true }).click()
  await page.locator('[data-gate="inverted"]').waitFor()
  assert.equal(await page.locator('[data-label]').count(), 0)
  assert.deepEqual(await rpc.call('predictions.ofImage', { image: study.coverImage! }), [])
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: panel.anyway }).focus()
  await page.keyboard.press('Enter')
  await page.locator('[data-label]').first().waitFor()
  assert.equal(await page.getByText(panel.overruled).count(), 1)
  const [kept] = await rpc.call('predictions.ofImage', { image: study.coverImage! })
  assert.deepEqual(kept!.gate.map(({ code }) => code), ['inverted'])
  await show(`reports/${study.id}`)
  await page.locator('.paper').getByText(kept!.gate[0]!.message).waitFor()
})

test('a second model and the prior study stand beside each number, and their difference orders the rows', async () => {
  const { page, rpc } = app
  const rows = (await rpc.call('studies.list', { origin: 'library' })).rows.filter(({ patientName }) => patientName.startsWith('SAMPLE^ONE'))
  assert.equal(rows.length, 2)
  for (const { id } of rows) await rpc.call('predictions.study', { study: id, model: models[0]!.id })
  const [current, prior] = rows.sort((a, b) => b.date.localeCompare(a.date)).map(({ coverImage }) => coverImage!)
  await show(`viewer/${rows[0]!.id}`)
  await page.locator('[data-label]').first().waitFor()
  const said = async (image: string, model: ModelRow) => (await rpc.call('predictions.ofImage', { image })).find((one) => one.model === model.id)!.scores.map(({ raw }) => raw)
  const compare = page.getByLabel(panel.compare)
  const options = await until('the prior', async () => {
    const found = await compare.locator('option').allInnerTexts()
    return found.length === 3 && found
  })
  await compare.selectOption({ label: options[1]! })
  const [now, before_] = [await said(current!, models[0]!), await said(prior!, models[0]!)]
  assert.deepEqual((await numbers('.difference')).map(Number), now.map((raw, i) => Number((raw - before_[i]!).toFixed(2))).map((difference) => difference || 0))
  await compare.selectOption({ label: options[2]! })
  await until('the other model', async () => (await rpc.call('predictions.ofImage', { image: current! })).some(({ model }) => model === models[1]!.id))
  await page.getByText(panel.differenceTo(options[2]!)).waitFor()
  const other = await said(current!, models[1]!)
  await page.getByLabel(panel.sort).selectOption('difference')
  const order = LABELS.map((label, i) => ({ label, size: Math.abs(now[i]! - other[i]!) })).sort((a, b) => b.size - a.size)
  const labels = await page.locator('[data-label]').evaluateAll((all) => all.map((one) => one.getAttribute('data-label')))
  assert.deepEqual(labels, order.map(({ label }) => label))
})

test('contours of several labels lie over the film, with a legend, and go into the report', async () => {
  const { page, rpc } = app
  for (const n of [0, 1]) {
    await page.locator('[data-label]').nth(n).click()
    await page.getByRole('checkbox', { name: /^Contour of/ }).click()
  }
  await until('two contours', async () => (await page.locator('[data-contour]').count()) === 2)
  const colours = await page.locator('[data-contour]').evaluateAll((all) => all.map((one) => one.getAttribute('stroke')))
  assert.equal(new Set(colours).size, 2)
  assert.deepEqual(await violations(page), [])
  const chosen = await page.locator('[data-contour]').evaluateAll((all) => all.map((one) => one.getAttribute('data-contour')))
  await page.getByRole('button', { name: panel.keyImage }).click()
  const study = /viewer\/([^?]+)/.exec(page.url())![1]!
  const keys = await until('the key image', async () => (await rpc.call('reports.ofStudy', { study })).keyImages.find(({ contours }) => contours?.length))
  assert.deepEqual(keys.contours, chosen)
})

test('uncertain is a word too, every word is kept, and what stands becomes a data set', async () => {
  const { page, rpc } = app
  const study = /viewer\/([^?]+)/.exec(page.url())![1]!
  const label = (await page.locator('[data-label]').first().getAttribute('data-label'))!
  if ((await page.locator('[data-label]').first().getAttribute('aria-pressed')) !== 'true') await page.locator('[data-label]').first().click()
  const word = (n: number, decision: string) => until(decision, async () => {
    const entries = await rpc.call('decisions.history', { study })
    return entries.length === n && entries[0]!.decision === decision && entries[0]!.label === label
  })
  await page.getByRole('button', { name: panel.accept, exact: true }).click()
  await word(1, 'accepted')
  await page.getByRole('button', { name: panel.leaveUncertain, exact: true }).click()
  await word(2, 'uncertain')
  await page.getByText(panel.history).click()
  await page.getByText(`${panel.accepted}`, { exact: true }).first().waitFor()
  await show(`reports/${study}`)
  await page.getByRole('button', { name: panel.decisions }).click()
  await page.getByRole('menuitem', { name: panel.decisionsDataset }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('Read here')
  await page.getByRole('dialog').getByRole('button', { name: panel.makeDataset }).click()
  await page.waitForURL(/#\/datasets\//)
  const set = (await rpc.call('datasets.list', {})).find(({ name }) => name === 'Read here')
  assert.deepEqual([set?.images, set?.hasFiles], [1, true])
})

test('the worklist shows the columns that were chosen, also after a reload, and the films of its studies', async () => {
  const { page } = app
  await show('studies')
  await page.locator('img.film').first().waitFor()
  const heads = (): Promise<string[]> => page.getByRole('columnheader').allInnerTexts()
  assert.ok(!(await heads()).includes(studiesText.columns.patientId))
  await page.getByRole('button', { name: studiesText.chooseColumns }).click()
  await page.getByRole('checkbox', { name: studiesText.columns.patientId }).click()
  await page.getByRole('checkbox', { name: studiesText.columns.findings }).click()
  await page.keyboard.press('Escape')
  await page.reload()
  await page.getByRole('row', { name: /SAMPLE/ }).first().waitFor()
  const names = (await heads()).map((name) => name.trim())
  assert.ok(names.includes(studiesText.columns.patientId) && !names.includes(studiesText.columns.findings), names.join())
  assert.deepEqual(await violations(page), [])
  assert.deepEqual(app.complaints, [])
})
