import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { strings as comparison } from '../../src-renderer/features/training/compare/strings.ts'
import { strings as form } from '../../src-renderer/features/training/form/strings.ts'
import { strings as training } from '../../src-renderer/features/training/strings.ts'
import { strings as words } from '../../src-renderer/features/strings.ts'
import { violations } from './axe.ts'
import { freeAddresses } from '#main/engine/cluster/ports.ts'
import { commandLine } from '../integration/xclassifier.ts'
import type { Running } from '../integration/xclassifier.ts'
import { openApp } from './host.ts'
import type { App } from './host.ts'
import { runIn, samples, until } from './library.ts'

/** What a page does with runs besides showing one: the form and all its options, the rate finder, comparison, notes, duplicate, delete. */
let app: App
let first: string
let second: string
before(async () => {
  app = await openApp()
  await samples(app)
})
after(() => app[Symbol.asyncDispose]())

const button = (name: string): Locator => app.page.getByRole('button', { name, exact: true })
const field = (label: string): Locator => app.page.getByLabel(label, { exact: true })
const goTo = (path: string): Promise<unknown> => app.page.goto(`${new URL(app.url).origin}/#/${path}`)
const fold = (title: string): Promise<void> => app.page.locator('summary', { hasText: title }).click()
/** Run that the page shows, from its address. */
const shown = (): Promise<string> => until('the run of the page', async () => /training\/(run_\w+)/.exec(app.page.url())?.[1])

/** A network and a size that train in seconds. */
async function small(name: string): Promise<void> {
  await field(training.network).selectOption('resnet18')
  await field(training.init).selectOption('random')
  await field(training.size).fill('32')
  await field(training.epochs).fill('1')
  await field(training.batch).fill('8')
  await field(training.name).fill(name)
}

test('what was typed outlives a look at another page, and the run has every option that was set', async () => {
  const { page } = app
  await goTo('training/new')
  await small('first')
  await fold(form.tuningTitle)
  await field(form.bodyLr).fill('0.0005')
  await field(form.weightDecay).fill('0.05')
  await fold(form.lossTitle)
  await field(form.posWeight).selectOption('auto')
  await field(form.labelSmoothing).fill('0.1')
  await field(form.accumulate).fill('2')
  await field(form.clipNorm).fill('1')
  await fold(form.exactTitle)
  await field(training.seed).fill('7')
  await fold(form.endTitle)
  await field(form.patience).fill('1')
  await page.getByText(form.patienceIdle).waitFor()
  await fold(form.variantTitle)
  await field(training.augment).selectOption('none')
  assert.deepEqual(await violations(page), [])

  await page.keyboard.press('Alt+1')
  await page.getByRole('grid').first().waitFor()
  await page.keyboard.press('Alt+4')
  await button(training.newRun).first().click()
  assert.deepEqual([await field(training.name).inputValue(), await field(training.size).inputValue(), await field(form.clipNorm).inputValue()], ['first', '32', '1'])

  await button(training.start).click()
  first = await shown()
  const { config } = await app.rpc.call('runs.get', { run: first })
  const set = { bodyLr: 0.0005, weightDecay: 0.05, posWeight: 'auto', labelSmoothing: 0.1, accumulate: 2, clipNorm: 1, seed: 7, patience: 1, augment: 'none', size: 32, batch: 8 } as const
  assert.deepEqual(Object.fromEntries(Object.keys(set).map((key) => [key, config[key as keyof typeof set]])), set)
  assert.ok(!('blur' in config) && !('cluster' in config))
  await runIn(app, first, 'finished')
})

test('a run that the machine cannot hold is stopped at its field', async () => {
  await goTo('training/new')
  assert.equal(await field(training.name).inputValue(), '', 'a started form is empty again')
  await small('second')
  await field(training.size).fill('1024')
  await field(training.batch).fill('4096')
  const refused = app.page.getByRole('alert').filter({ hasText: /of memory; there are .* in all/ })
  await refused.waitFor()
  assert.ok(await button(training.start).isDisabled())
  await small('second')
  await refused.waitFor({ state: 'detached' })
  // The first run tells the speed of the second.
  await app.page.getByText(/images\/s of "first"/).waitFor()
})

test('the rate finder sweeps and suggests a rate; two machines train with it, as the form says how', async (t) => {
  const { page, rpc } = app
  await button(form.find).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: form.finderStart }).click()
  // It goes on while nobody looks.
  await dialog.getByText(/^Step \d+/).waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await button(form.find).click()
  await dialog.getByRole('button', { name: form.useRate }).waitFor({ timeout: 180_000 })
  await dialog.getByRole('img', { name: /suggested rate/ }).waitFor()
  assert.deepEqual(await violations(page), [])
  await dialog.getByRole('button', { name: form.useRate }).click()
  const job = (await rpc.call('jobs.list', {})).find(({ kind }) => kind === 'lr-find')!
  const { points, suggestion } = await rpc.call('rates.curve', { job: job.id })
  assert.ok(points.length > 30 && suggestion! > 1e-6)
  const used = Number(await field(training.rateField).inputValue())
  assert.ok(Math.abs(used / suggestion! - 1) < 0.05, `${used} is not ${suggestion}`)

  const [free] = await freeAddresses(1)
  const port = free!.split(':')[1]!
  await fold(form.machinesTitle)
  await field(form.machines).fill(`127.0.0.1:${port}\n127.0.0.2:${port}`)
  const [, cluster] = /^TF_CONFIG='(.*)' xclassifier worker$/.exec(await page.locator('.command code').innerText())!
  const workers: Running[] = []
  t.after(async () => {
    for (const worker of workers) worker.kill('SIGKILL')
    await Promise.all(workers.map(({ ended }) => ended))
  })
  workers.push(commandLine(t, { TF_CONFIG: cluster! }).start('worker'))
  assert.deepEqual(await violations(page), [])
  await button(training.start).click()
  second = await shown()
  const run = await runIn(app, second, 'finished')
  assert.deepEqual([run.config.lr, run.config.workers, run.config.cluster?.workers.length], [used, 2, 2])
})

test('two runs are compared with the keyboard: their curves, and only the settings that differ', async () => {
  const { page } = app
  await goTo(`training/${second}`)
  await page.getByRole('grid', { name: training.runs }).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+ArrowDown')
  await page.getByRole('heading', { name: comparison.title(2) }).waitFor()
  const table = page.getByRole('region', { name: comparison.table })
  const setting = (key: string): Promise<string[]> => table.locator(`[data-setting="${key}"] td`).allInnerTexts()
  await table.getByText(comparison.differing).waitFor()
  assert.deepEqual(await setting('labelSmoothing'), ['0', '0.1'])
  assert.deepEqual(await setting('seed'), ['42', '7'])
  assert.equal((await setting('machines'))[1], training.thisOne)
  assert.deepEqual(await setting('size'), [], 'both have it')
  await page.getByRole('img', { name: /^Macro AUC: second 0\.\d+, first 0\.\d+/ }).waitFor()
  assert.deepEqual(await violations(page), [])
  await page.goBack()
  await page.getByRole('heading', { name: 'second' }).waitFor()
})

test('notes stay with a run, a new name too, and a duplicate opens the form as it was', async () => {
  const { page, rpc } = app
  await goTo(`training/${first}`)
  await field(training.notes).fill('Smoothed labels, heavy decay.')
  await until('the notes', async () => (await rpc.call('runs.get', { run: first })).notes === 'Smoothed labels, heavy decay.')
  await page.reload()
  await until('the notes on the page', async () => (await field(training.notes).inputValue()) === 'Smoothed labels, heavy decay.')
  await button(training.more).click()
  await page.getByRole('menuitem', { name: training.rename }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('smoothed')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'smoothed' }).waitFor()

  await button(training.duplicate).click()
  await page.getByRole('heading', { name: training.formTitle }).waitFor()
  const values = await Promise.all([training.name, training.size, form.labelSmoothing, form.weightDecay, form.accumulate, training.seed].map((label) => field(label).inputValue()))
  assert.deepEqual(values, ['smoothed', '32', '0.1', '0.05', '2', '7'])
})

test('a run goes once it has been asked about, with what goes named', async () => {
  const { page, rpc } = app
  await goTo(`training/${first}`)
  await button(training.more).click()
  await page.getByRole('menuitem', { name: training.remove }).click()
  const dialog = page.getByRole('dialog')
  assert.match(await dialog.innerText(), /"smoothed"[^]*curves, notes, log and checkpoints[^]*The model that it made stays/)
  await dialog.getByRole('button', { name: words.cancel }).click()
  assert.equal((await rpc.call('runs.list', {})).length, 2)
  await button(training.more).click()
  await page.getByRole('menuitem', { name: training.remove }).click()
  await dialog.getByRole('button', { name: training.remove }).click()
  await page.getByRole('row', { name: /smoothed/ }).waitFor({ state: 'detached' })
  assert.deepEqual((await rpc.call('runs.list', {})).map(({ id }) => id), [second])
  assert.equal((await rpc.call('models.list', {})).length, 2)
  assert.deepEqual(app.complaints, [])
})
