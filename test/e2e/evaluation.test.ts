import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import type { Page } from 'playwright-core'
import { wilson } from '#shared/statistics/intervals.ts'
import { strings as evaluation } from '../../src-renderer/features/models/evaluation/strings.ts'
import { strings as models } from '../../src-renderer/features/models/strings.ts'
import { strings as panel } from '../../src-renderer/features/predictions/strings.ts'
import { violations } from './axe.ts'
import { openApp } from './host.ts'
import { importModel, samples, studies } from './library.ts'

const LABEL = 'Pleural Effusion'

const measure = (page: Page, name: string, column: number): Promise<string> => page.locator(`[data-measure=${name}] td`).nth(column).innerText()

interface Counts {
  threshold: number
  tp: number
  fp: number
  positives: number
  negatives: number
}

/** What the films of the CSV say at the nth lowest of their scores. */
function countsAt(rows: Record<string, string>[], place: number): Counts {
  const scores = (target: string): number[] => rows.filter((row) => row[`${LABEL} target`] === target).map((row) => Number(row[`${LABEL} raw`]))
  const [positives, negatives] = [scores('1'), scores('0')]
  const threshold = [...new Set([...positives, ...negatives])].sort((a, b) => a - b)[place] ?? Infinity
  const over = (values: number[]): number => values.filter((value) => value >= threshold).length
  return { threshold, tp: over(positives), fp: over(negatives), positives: positives.length, negatives: negatives.length }
}

test('a model is calibrated and evaluated; curves, thresholds, groups and worst films are those of its predictions', { timeout: 540_000 }, async (t) => {
  await using app = await openApp()
  const { page, rpc, folder, complaints } = app
  await samples(app)
  const { id: model } = await importModel(app)
  const origin = new URL(app.url).origin
  let id = ''
  // A step stands on the one before: after a failure the rest would only time out.
  const step = async (name: string, work: () => Promise<void>): Promise<void> => {
    let failure: unknown
    await t.test(name, () => work().catch((error: unknown) => Promise.reject((failure = error))))
    if (failure) throw new Error(`stopped after "${name}"`)
  }

  await step('from the model, by keyboard, with progress', async () => {
    await page.goto(`${origin}/#/models/${model}`)
    const panel = page.getByRole('region', { name: models.evaluation })
    await panel.getByText(models.notCalibrated).waitFor()
    await panel.getByRole('button', { name: models.calibrate }).focus()
    await page.keyboard.press('Enter')
    await panel.getByText(/Calibration version 1, from \d+ validation film/).waitFor()
    await panel.getByRole('button', { name: models.evaluate }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/models\/\w+\/evaluation\?evaluation=ev_/)
    await page.getByRole('region', { name: evaluation.figures }).waitFor()
    id = (await rpc.call('evaluations.list', { model }))[0]!.id
  })

  await step('figures of every label are those of the evaluation, undefined ones said so', async () => {
    const found = await rpc.call('evaluations.get', { evaluation: id })
    for (const [label, { value }] of Object.entries(found.auc.perLabel)) {
      const row = page.locator(`[data-row="${label}"]`)
      assert.ok((await row.innerText()).includes(value === null ? evaluation.oneClass : value.toFixed(3)), label)
    }
    await page.getByText(evaluation.macro(found.auc.defined)).waitFor()
  })

  await step('the slider tells sensitivity, specificity and confusion of its place', async () => {
    await page.getByRole('button', { name: LABEL }).press('Enter')
    const rows = parse((await rpc.media(`evaluation/${id}.csv`)).toString(), { columns: true, bom: true }) as Record<string, string>[]
    const ofModel = (await rpc.call('evaluations.get', { evaluation: id })).thresholds[LABEL].threshold.toFixed(3)
    const slider = page.getByRole('slider', { name: evaluation.thresholdOf(LABEL) })
    for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'PageUp', 'ArrowLeft']) {
      await slider.press(key)
      const { threshold, tp, fp, positives, negatives } = countsAt(rows, Number(await slider.getAttribute('aria-valuenow')))
      const shown = await slider.getAttribute('aria-valuetext')
      assert.ok([threshold.toFixed(3), ofModel, evaluation.above].includes(shown!), `${shown} is not ${threshold}`)
      assert.equal(await measure(page, 'sensitivity', 0), (tp / positives).toFixed(3), key)
      assert.equal(await measure(page, 'specificity', 2), evaluation.shareOf(negatives - fp, negatives))
      const [low, high] = wilson(tp, positives)!
      assert.equal(await measure(page, 'sensitivity', 1), evaluation.range(low.toFixed(3), high.toFixed(3)))
    }
    await page.getByRole('button', { name: evaluation.reset }).click()
    assert.equal(await slider.getAttribute('aria-valuetext'), ofModel)
  })

  await step('the threshold of the slider becomes that of the model: a new calibration, and the next prediction has it', async () => {
    const slider = page.getByRole('slider', { name: evaluation.thresholdOf(LABEL) })
    const use = page.getByRole('button', { name: evaluation.useThreshold })
    assert.ok(await use.isDisabled(), 'the threshold of the model is its own already')
    await slider.press('ArrowRight')
    await slider.press('ArrowRight')
    const rows = parse((await rpc.media(`evaluation/${id}.csv`)).toString(), { columns: true, bom: true }) as Record<string, string>[]
    const { threshold, tp, fp, positives, negatives } = countsAt(rows, Number(await slider.getAttribute('aria-valuenow')))
    await use.press('Enter')
    await page.getByText(evaluation.thresholdUsed(LABEL, threshold.toFixed(3))).waitFor()
    const [newest] = await rpc.call('calibrations.list', { model })
    const kept = newest!.perLabel[LABEL]
    assert.deepEqual([newest!.version, kept.confusion], [2, { tp, fp, fn: positives - tp, tn: negatives - fp }])
    // Just below the score of that film, so that the last digit of a float does not decide.
    assert.ok(kept.threshold <= threshold && kept.threshold > threshold - 2e-5, `${kept.threshold} for ${threshold}`)
    const [study] = await studies(app)
    await rpc.call('predictions.study', { study: study!.id, model, anyway: true })
    const [prediction] = await rpc.call('predictions.ofImage', { image: study!.coverImage! })
    assert.equal(prediction!.scores.find(({ label }) => label === LABEL)!.threshold, kept.threshold)
  })

  await step('curves and subgroups are drawn, and nothing breaks a rule of accessibility', async () => {
    await page.getByRole('img', { name: new RegExp(`^${evaluation.roc} of ${LABEL}`) }).waitFor()
    await page.getByRole('rowheader', { name: `${evaluation.by.sex} F` }).waitFor()
    for (const theme of ['light', 'dark', 'black'] as const) {
      await rpc.call('settings.set', { theme })
      await page.locator(`html[data-theme=${theme}]`).waitFor()
      assert.deepEqual(await violations(page), [], theme)
    }
  })

  await step('the page of the report is downloaded and stands alone', async () => {
    await page.getByRole('button', { name: evaluation.export }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: evaluation.formats.html }).click()])
    const file = join(folder, 'evaluation.html')
    await download.saveAs(file)
    const html = readFileSync(file, 'utf8')
    for (const text of ['Not for diagnostic use', LABEL, '<svg', (await rpc.call('models.get', { model })).weightsHash]) assert.ok(html.includes(text), text)
  })

  await step('a wrong film opens in the viewer with the map of the label, and the panel says what the threshold is worth', async () => {
    const [worst] = await rpc.call('evaluations.worst', { evaluation: id, label: LABEL, kind: 'false-positive' })
    const gallery = page.getByRole('region', { name: evaluation.worst })
    await gallery.getByRole('button').first().click()
    await page.waitForURL(new RegExp(`#/viewer/${worst!.study}`))
    await page.getByTestId('heat-map').waitFor()
    assert.equal(await page.locator(`[data-label="${LABEL}"]`).getAttribute('aria-pressed'), 'true')
    await page.getByText(panel.sensitivity).waitFor()
    await page.getByText(panel.whatItMeans).click()
    await page.getByText(/calibration version 2/).waitFor()
  })

  assert.deepEqual(complaints, [], 'the page complained')
})
