import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { strings as datasets } from '../../src-renderer/features/datasets/strings.ts'
import { strings as reports } from '../../src-renderer/features/reports/strings.ts'
import { strings as studies } from '../../src-renderer/features/studies/strings.ts'
import { strings as training } from '../../src-renderer/features/training/strings.ts'
import { strings as panel } from '../../src-renderer/features/predictions/strings.ts'
import { strings as importing } from '../../src-renderer/importing/strings.ts'
import { besidesGoneFilms, openApp } from './host.ts'

const SAMPLES = join(import.meta.dirname, '../../resources/samples/dataset')

/** The first `rows` films of the sample set as a data set of its own, so that it is the page that imports it. */
function smallDataset(folder: string, rows: number): string {
  const csv = readFileSync(join(SAMPLES, 'train.csv'), 'utf8').trim().split('\n')
  const chosen = csv.slice(0, rows + 1)
  for (const line of chosen.slice(1)) {
    const path = line.split(',')[0]!.replace(/^nih-sample\//, '')
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    copyFileSync(join(SAMPLES, path), join(folder, path))
  }
  writeFileSync(join(folder, 'train.csv'), `${chosen.join('\n')}\n`)
  return folder
}

/** Sum of the alpha of a canvas: 0 while nothing is drawn on it. */
const ink = (page: Page, testId: string): Promise<number> =>
  page.getByTestId(testId).evaluate((element) => {
    const canvas = element as HTMLCanvasElement
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
    let sum = 0
    for (let i = 3; i < data.length; i += 4) sum += data[i]!
    return sum
  })

test('open, view, import, train, predict, overlay, report: all by hand in the browser', { timeout: 540_000 }, async (t) => {
  await using app = await openApp()
  const { page, folder, complaints } = app
  // A step stands on the one before: after a failure the rest would only time out.
  const step = async (name: string, work: () => Promise<void>): Promise<void> => {
    let failure: unknown
    await t.test(name, () => work().catch((error: unknown) => Promise.reject((failure = error))))
    if (failure) throw new Error(`stopped after "${name}"`)
  }

  await step('an empty library fills itself with samples, and a study opens in the viewer', async () => {
    const row = page.getByRole('row', { name: /SAMPLE, ONE/ }).first()
    await row.waitFor()
    await row.dblclick()
    await page.waitForURL(/#\/viewer\//)
    await page.getByText('SAMPLE-001').first().waitFor()
    await page.getByText(/^W \d+/).first().waitFor()
  })

  await step('a folder with a CheXpert CSV becomes a data set', async () => {
    const source = smallDataset(join(folder, 'films'), 40)
    await page.keyboard.press('Alt+3')
    await page.getByRole('button', { name: datasets.import }).first().click()
    await page.getByRole('menuitem', { name: datasets.importFolder }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: importing.path }).fill(source)
    await dialog.getByRole('textbox', { name: importing.path }).press('Enter')
    await dialog.getByText('train.csv').or(dialog.getByText('train', { exact: true })).first().waitFor()
    await dialog.getByRole('button', { name: importing.openThis }).click()
    await page.getByText(/40 images/).first().waitFor()
  })

  await step('two epochs are trained at a small size and make a model', async () => {
    await page.getByRole('button', { name: datasets.train }).click()
    await page.waitForURL(/#\/training/)
    await page.getByLabel(training.network).selectOption({ label: training.networks.resnet18 })
    await page.getByLabel(training.init, { exact: true }).selectOption({ label: training.inits.random })
    await page.getByLabel(training.size).fill('64')
    await page.getByLabel(training.epochs, { exact: true }).fill('2')
    await page.getByLabel(training.batch).fill('4')
    await page.getByLabel(training.workers).fill('2')
    await page.getByRole('button', { name: training.start }).click()
    await page.getByRole('button', { name: training.openModel }).or(page.getByRole('link', { name: training.openModel })).first().waitFor({ timeout: 300_000 })
    await page.getByText(/2 of 2/).first().waitFor()
  })

  await step('the study is predicted, and the heat map of a label lies over the film', async () => {
    await page.keyboard.press('Alt+1')
    await page.getByRole('row', { name: /SAMPLE, ONE/ }).first().dblclick()
    await page.getByRole('button', { name: panel.predict, exact: true }).click()
    const score = page.locator('[data-label="Cardiomegaly"]')
    await score.waitFor()
    assert.equal(await page.locator('[data-label]').count(), 14)
    await score.click()
    await page.getByTestId('heat-map').waitFor()
    assert.ok((await ink(page, 'heat-map')) > 0, 'the heat map is empty')
  })

  await step('a finding is accepted, and the report is saved as PDF with it', async () => {
    await page.getByRole('button', { name: panel.accept }).first().click()
    await page.getByRole('button', { name: panel.report, exact: true }).click()
    await page.waitForURL(/#\/reports\//)
    await page.getByLabel(reports.impression).fill('Heart enlarged, in the words of the reader.')
    await page.getByRole('button', { name: reports.save, exact: true }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: reports.exportPdf }).click()])
    const pdf = join(folder, 'report.pdf')
    await download.saveAs(pdf)
    const text = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' })
    for (const expected of ['SAMPLE-001', 'Cardiomegaly', 'Heart enlarged, in the words of the reader.', 'Not for diagnostic use']) {
      assert.ok(text.includes(expected), `"${expected}" is not in the report`)
    }
    assert.match(execFileSync('pdfimages', ['-list', pdf], { encoding: 'utf8' }), /image/)
  })

  await step('the samples go with one click', async () => {
    await page.keyboard.press('Alt+1')
    await page.getByRole('button', { name: studies.removeSamples }).click()
    const confirm = page.getByRole('alertdialog').or(page.getByRole('dialog'))
    if (await confirm.count()) await confirm.getByRole('button').last().click()
    await page.getByText('SAMPLE, ONE').first().waitFor({ state: 'detached' })
  })

  assert.deepEqual(besidesGoneFilms(complaints), [], 'the page complained')
})
