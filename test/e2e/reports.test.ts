import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import { faultsOf } from '#main/services/reports/testing.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { NOT_FOR_DIAGNOSTIC_USE, REPORT_FORMATS, type ReportFormat } from '#shared/domain/report.ts'
import { strings as panel } from '../../src-renderer/features/predictions/strings.ts'
import { strings as reports } from '../../src-renderer/features/reports/strings.ts'
import { strings as settings } from '../../src-renderer/features/settings/strings.ts'
import { violations } from './axe.ts'
import { openApp, type App } from './host.ts'
import { importModel, samples, until } from './library.ts'

const run = promisify(execFile)
const READER = 'Dr. Ada Reader'
const IMPRESSION = 'Enlarged heart, as typed.'

let app: App
let study: string
let probabilities: number[]
before(async () => {
  app = await openApp()
  const found = (await samples(app)).find(({ patientName }) => /TWO/.test(patientName))!
  study = found.id
  const { id: model } = await importModel(app)
  await app.rpc.call('predictions.study', { study, model })
  probabilities = (await app.rpc.call('predictions.ofImage', { image: found.coverImage! }))[0]!.scores.map(({ raw }) => raw)
})
after(() => app[Symbol.asyncDispose]())

const goTo = async (place: string): Promise<void> => {
  await app.page.goto(`${new URL(app.url).origin}/#/${place}`)
  await app.page.waitForLoadState('networkidle')
}

test('the reader’s name is entered once: it stands beside decisions and is suggested for signing', async () => {
  const { page, rpc } = app
  await goTo('settings')
  const section = page.getByRole('region', { name: settings.reader, exact: true })
  await section.getByLabel(settings.readerName).fill(READER)
  await page.keyboard.press('Enter')
  await section.getByRole('button', { name: settings.saved }).waitFor()
  assert.equal((await rpc.call('settings.get', {})).reader, READER)

  await goTo(`reports/${study}`)
  await page.getByRole('group', { name: reports.decision('Cardiomegaly') }).getByRole('button', { name: reports.accepted }).click()
  await page.getByLabel(reports.noteOn('Cardiomegaly')).fill('CTR 0.58')
  await page.getByLabel(reports.impression, { exact: true }).fill(IMPRESSION)
  await page.getByRole('button', { name: reports.save, exact: true }).click()
  const [word] = await until('the decision', async () => { const words = await rpc.call('decisions.history', { study }); return words.length > 0 && words }, 60_000)
  assert.deepEqual([word!.label, word!.decision, word!.note, word!.reader], ['Cardiomegaly', 'accepted', 'CTR 0.58', READER])
})

/** What each kind of file says to a program that is not ours. */
const SAYS: Record<ReportFormat, (file: string) => Promise<void>> = {
  async pdf(file) {
    const { stdout } = await run('pdftotext', ['-layout', file, '-'])
    for (const text of [IMPRESSION, 'CTR 0.58', NOT_FOR_DIAGNOSTIC_USE]) assert.ok(stdout.includes(text), text)
    LABELS.forEach((label, i) => assert.match(stdout, new RegExp(`${label} +${probabilities[i]!.toFixed(2)} `)))
  },
  async csv(file) {
    const rows = parse(readFileSync(file, 'utf8'), { columns: true, bom: true }) as Record<string, string>[]
    assert.deepEqual(rows.map(({ label, probability }) => [label, Number(probability)]), LABELS.map((label, i) => [label, probabilities[i]]))
    assert.deepEqual(rows.filter(({ decision }) => decision === 'accepted').map(({ label, note }) => [label, note]), [['Cardiomegaly', 'CTR 0.58']])
  },
  async json(file) {
    const whole = JSON.parse(readFileSync(file, 'utf8')) as { report: { impression: string }; findings: { probability: number }[] }
    assert.equal(whole.report.impression, IMPRESSION)
    assert.deepEqual(whole.findings.map(({ probability }) => probability), probabilities)
  },
  async fhir(file) {
    const bundle: unknown = JSON.parse(readFileSync(file, 'utf8'))
    assert.deepEqual(faultsOf(bundle), [])
    assert.ok(JSON.stringify(bundle).includes(IMPRESSION))
  },
  async sr(file) {
    const { stdout } = await run('dsrdump', ['+Pl', file])
    assert.ok(stdout.includes(IMPRESSION))
    assert.equal([...stdout.matchAll(/"Probability"\)="([^"]+)"/g)].length, LABELS.length)
  },
  async sc(file) {
    const { stdout } = await run('dcmdump', ['+L', '+P', '0008,0016', '+P', '0008,2111', file])
    assert.match(stdout, /\(0008,0016\) UI =SecondaryCaptureImageStorage/)
    assert.ok(stdout.includes(NOT_FOR_DIAGNOSTIC_USE))
  },
}

test('every entry of the export menu downloads a file of its kind that says what the library holds', async () => {
  const { page, folder } = app
  for (const format of Object.keys(REPORT_FORMATS) as ReportFormat[]) {
    const waiting = page.waitForEvent('download')
    if (format === 'pdf') await page.getByRole('button', { name: reports.exportPdf }).click()
    else {
      await page.getByRole('button', { name: reports.exportAs }).click()
      await page.getByRole('menuitem', { name: reports.formats[format], exact: true }).click()
    }
    const download = await waiting
    assert.ok(download.suggestedFilename().endsWith(`.${REPORT_FORMATS[format]}`), download.suggestedFilename())
    const file = join(folder, `downloaded.${REPORT_FORMATS[format]}`)
    await download.saveAs(file)
    await SAYS[format](file)
  }
})

test('what is signed cannot be changed anywhere, and says why', async () => {
  const { page, rpc, complaints } = app
  await page.getByRole('button', { name: `${reports.sign}…` }).click()
  const name = page.getByRole('dialog').getByLabel(reports.signer)
  assert.equal(await name.inputValue(), READER)
  await name.press('Enter')
  await page.getByText(`${reports.locked}.`).waitFor()
  assert.equal((await rpc.call('reports.ofStudy', { study })).signedBy, READER)
  const word = page.getByRole('group', { name: reports.decision('Cardiomegaly') })
  for (const button of [...(await word.getByRole('button').all()), page.getByLabel(reports.noteOn('Cardiomegaly')), page.getByLabel(reports.text, { exact: true }), page.getByRole('button', { name: reports.save, exact: true })]) assert.ok(await button.isDisabled())
  assert.equal(await page.getByRole('button', { name: reports.addKeyImage }).count(), 0)
  for (const theme of ['light', 'dark'] as const) {
    await rpc.call('settings.set', { theme })
    await page.locator(`html[data-theme=${theme}]`).waitFor()
    assert.deepEqual(await violations(page), [])
  }
  await goTo(`viewer/${study}`)
  await page.locator('[data-label="Edema"]').click()
  const accept = page.getByRole('button', { name: panel.accept, exact: true })
  await accept.waitFor()
  assert.ok(await accept.isDisabled())
  await page.getByText(reports.locked).first().waitFor()
  assert.ok(await page.getByRole('button', { name: panel.keyImage }).isDisabled())
  assert.deepEqual(complaints, [])
})
