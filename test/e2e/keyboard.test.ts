import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { strings as reports } from '../../src-renderer/features/reports/strings.ts'
import { openApp } from './host.ts'
import type { App } from './host.ts'
import { importModel, samples, until } from './library.ts'

const MOST_STOPS = 120

let app: App
before(async () => {
  app = await openApp()
  await samples(app)
  await importModel(app)
})
after(() => app[Symbol.asyncDispose]())

interface Stop {
  name: string
  role: string
  /** Whether it looks different from how it looks without the focus. */
  seen: boolean
}

/** What the focus is on; null when it is nowhere. */
const focus = (): Promise<Stop | null> =>
  app.page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null
    if (!element || element === document.body) return null
    const look = (): string => [element, element.parentElement!, element.firstElementChild ?? element].map((one) => (({ outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor }) => [outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor].join())(getComputedStyle(one))).join(';')
    const focused = look()
    element.blur()
    const blurred = look()
    element.focus({ preventScroll: true, focusVisible: true } as FocusOptions)
    const labels = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement ? [...(element.labels ?? [])].map(({ innerText }) => innerText) : []
    return { name: element.getAttribute('aria-label') ?? (labels.join() || element.innerText), role: element.getAttribute('role') ?? element.tagName.toLowerCase(), seen: focused !== blurred }
  })

/** Tab until the focus is where it is wanted. */
async function tabTo(wanted: (stop: Stop) => boolean): Promise<void> {
  const met: string[] = []
  for (let i = 0; i < MOST_STOPS; i++) {
    await app.page.keyboard.press('Tab')
    const stop = await focus()
    if (stop && wanted(stop)) return
    met.push(stop ? `${stop.role} "${stop.name}"` : '-')
  }
  assert.fail(`Tab does not lead there, only to: ${met.join(', ')}`)
}

test('a study is found, opened, predicted, judged and reported without a mouse', async () => {
  const { page, rpc } = app
  await page.getByRole('row', { name: /SAMPLE, TWO/ }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('two')
  await page.getByRole('row', { name: /SAMPLE, ONE/ }).first().waitFor({ state: 'detached' })
  await tabTo(({ role }) => role === 'grid')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL(/#\/viewer\//)
  const study = /viewer\/([^?]+)/.exec(page.url())![1]!
  await page.getByText(/^W \d/).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('[data-label]').first().waitFor()
  await page.keyboard.press(']')
  await page.keyboard.press(']')
  await page.getByTestId('heat-map').waitFor()
  await page.keyboard.press('a')
  await page.keyboard.press(']')
  await page.keyboard.press('x')
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/#\/reports\//)
  await tabTo(({ name }) => name.startsWith(reports.impression))
  await page.keyboard.type('Typed, not clicked.')
  await page.keyboard.press('Control+s')
  const report = await until('the report', async () => {
    const newest = await rpc.call('reports.ofStudy', { study })
    return newest.impression ? newest : null
  }, 20_000)
  assert.equal(report.impression, 'Typed, not clicked.')
  assert.deepEqual(report.findings.filter(({ decision }) => decision !== 'undecided').map(({ label, decision }) => [label, decision]), [['Cardiomegaly', 'accepted'], ['Consolidation', 'rejected']])
})

test('the palette goes anywhere, and Escape leaves what was opened', async () => {
  const { page } = app
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('go to models')
  await page.keyboard.press('Enter')
  await page.waitForURL(/#\/models/)
  await page.keyboard.press('Shift+?')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('every stop of the Tab key has a name and shows the focus', async () => {
  const { page } = app
  const bad: string[] = []
  for (const name of ['studies', 'viewer', 'datasets', 'training/new', 'models', 'reports', 'settings']) {
    await page.goto(`${new URL(app.url).origin}/#/${name}`)
    await page.reload()
    await page.waitForLoadState('networkidle')
    const met = new Set<string>()
    for (let i = 0; i < MOST_STOPS; i++) {
      await page.keyboard.press('Tab')
      const stop = await focus()
      // Past the last one the focus leaves the page.
      if (!stop) break
      met.add(`${stop.role} ${stop.name}`)
      if (!stop.name.trim()) bad.push(`${name}: a ${stop.role} without a name, after ${[...met].at(-2)}`)
      if (!stop.seen) bad.push(`${name}: ${stop.role} "${stop.name}" does not show the focus`)
    }
    assert.ok(met.size > 10, `only ${met.size} stops on ${name}`)
  }
  assert.deepEqual([...new Set(bad)], [])
})
