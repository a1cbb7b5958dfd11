import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { violations } from './axe.ts'
import { openDialog, prepare, ways } from './dialogs.ts'
import { openApp } from './host.ts'
import type { App } from './host.ts'

const RENDERER = join(import.meta.dirname, '../../src-renderer')
/** Dialogs that the tests of their own page look at. */
const ELSEWHERE = ['features/datasets/labels/EditLabelsDialog.vue', 'features/datasets/labels/HistoryDialog.vue']
const THEMES = ['light', 'dark'] as const

let app: App
let study: string
before(async () => {
  app = await openApp({ viewport: { width: 1024, height: 700 } })
  study = await prepare(app)
})
after(() => app[Symbol.asyncDispose]())

test('each dialog of the program is looked at here', () => {
  const known = ways('').map(({ component }) => `${component}.vue`)
  const all = globSync('**/*.vue', { cwd: RENDERER }).filter((file) => file !== join('ui', 'UiDialog.vue') && /<(UiDialog|DialogContent)\b/.test(readFileSync(join(RENDERER, file), 'utf8')))
  assert.deepEqual(all.filter((file) => !ELSEWHERE.includes(file)).toSorted(), known.toSorted())
})

test('a dialog fits a narrow window, breaks no rule of accessibility, holds the focus and gives it back', { timeout: 240_000 }, async (t) => {
  const { page, rpc } = app
  for (const way of ways(study)) {
    await t.test(way.component, async () => {
      const { dialog, opener } = await openDialog(app, way)
      for (const theme of THEMES) {
        await rpc.call('settings.set', { theme })
        await page.locator(`html[data-theme=${theme}]`).waitFor()
        assert.deepEqual(await violations(page), [], theme)
      }
      const box = (await dialog.boundingBox())!
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 1024 && box.y + box.height <= 700, JSON.stringify(box))
      assert.ok(await dialog.evaluate((element) => element.contains(document.activeElement)), 'the focus is in it')
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
      if (opener) assert.ok(await opener.evaluate((element) => element === document.activeElement), 'the focus is back where it was')
    })
  }
  assert.deepEqual(app.complaints, [])
})
