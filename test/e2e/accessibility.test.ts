import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import type { AxeResults } from 'axe-core'
import { openApp } from './host.ts'
import { samples } from './library.ts'

const PAGES = ['studies', 'viewer', 'datasets', 'training', 'models', 'reports', 'settings'] as const
const THEMES = ['dark', 'light', 'black'] as const

// WCAG 2 A and AA: names, roles, contrast of 4.5 to 1.
test('no page in any theme breaks a rule of accessibility that a machine can check', { timeout: 240_000 }, async (t) => {
  await using app = await openApp()
  const [study] = await samples(app)
  await app.page.addInitScript({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') })
  for (const theme of THEMES) {
    await app.rpc.call('settings.set', { theme })
    for (const name of PAGES) {
      await t.test(`${name}, ${theme}`, async () => {
        await app.page.goto(new URL(`/#/${name}${name === 'viewer' ? `/${study!.id}` : ''}`, app.url).href)
        await app.page.reload()
        await app.page.locator(`html[data-theme=${theme}] nav [aria-current=page]`).waitFor()
        await app.page.waitForLoadState('networkidle')
        const violations = await app.page.evaluate(async () => {
          const { axe } = window as unknown as { axe: { run(root: Document, options: object): Promise<AxeResults> } }
          const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] })
          return violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => `${id}: ${target.join(' ')} ${any[0]?.message ?? ''}`))
        })
        assert.deepEqual(violations, [])
      })
    }
  }
})
