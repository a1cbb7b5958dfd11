import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { strings as training } from '../../src-renderer/features/training/strings.ts'
import { violations } from './axe.ts'
import { openApp } from './host.ts'
import type { App } from './host.ts'
import { runIn, samples, until } from './library.ts'

let app: App
let run: string
before(async () => {
  app = await openApp()
  await samples(app)
})
after(() => app[Symbol.asyncDispose]())

const button = (name: string): Locator => app.page.getByRole('button', { name, exact: true })
const strip = (): Locator => app.page.getByRole('region', { name: training.status })
/** Steps done, as the page says it. */
const step = async (): Promise<number> => Number(/([\d,]+) of [\d,]+/.exec(await strip().locator('.wide').innerText())?.[1]?.replaceAll(',', '') ?? NaN)
const shows = (state: keyof typeof training.states): Promise<void> => strip().getByText(training.states[state], { exact: true }).waitFor({ timeout: 90_000 })
const stepsBeyond = (least: number): Promise<number | false> => until(`a step beyond ${least} on the page`, async () => (await step()) > least && step())

test('a run is stopped on its page and goes on where it stood', async () => {
  const [dataset] = await app.rpc.call('datasets.list', {})
  // More epochs than this test has time for: it never ends by itself.
  const started = await app.rpc.call('runs.start', { dataset: dataset!.id, model: 'resnet18', init: 'random', augment: 'none', epochs: 200, size: 32, batch: 8, workers: 1, maxRestarts: 0 })
  run = started.id
  await app.page.goto(`${new URL(app.url).origin}/#/training/${run}`)
  await shows('running')
  await stepsBeyond(0)
  await button(training.stop).click()
  await shows('stopped')
  const { step: stood, reason } = await app.rpc.call('runs.get', { run })
  assert.equal(reason?.code, 'STOPPED')
  assert.ok(stood > 0)
  await button(training.resume).click()
  await shows('running')
  await stepsBeyond(stood)
  // Steps before the stop were not made again.
  const { step: now, epoch } = await app.rpc.call('runs.get', { run })
  assert.ok(now > stood && epoch >= 0)
})

test('a reload in the middle shows the run as it goes', async () => {
  const before = await step()
  await app.page.reload()
  await shows('running')
  const there = await until('the step', async () => (await step()) >= before && step())
  await stepsBeyond(there as number)
  // The curves begin where the run began, not where the page did.
  await app.page.getByRole('img', { name: new RegExp(`^${training.loss}: .*\\d`) }).waitFor()
  assert.deepEqual(await violations(app.page), [])
})

test('a host that is killed leaves a failed run with its reason, which another host resumes', async () => {
  // From a checkpoint it goes on; one is kept at each epoch.
  await until('a second epoch', async () => (await app.rpc.call('runs.get', { run })).epoch >= 1)
  await app.killAndRestart()
  await app.page.goto(`${new URL(app.url).origin}/#/training/${run}`)
  await shows('failed')
  const alert = strip().getByRole('alert')
  assert.match(await alert.innerText(), /The program ended while the run was on[^]*Resume it[^]*INTERRUPTED/)
  const { step: stood } = await app.rpc.call('runs.get', { run })
  await button(training.resume).click()
  await shows('running')
  await stepsBeyond(stood)
  assert.equal(await alert.count(), 0)
  await button(training.stop).click()
  await runIn(app, run, 'stopped')
  assert.deepEqual(app.complaints.filter((text) => !/WebSocket|ERR_CONNECTION/.test(text)), [])
})
