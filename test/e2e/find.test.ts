import assert from 'node:assert/strict'
import { test } from 'node:test'
import { strings as t } from '../../src-renderer/features/network/strings.ts'
import { webNode } from '#main/services/network/web/testing.ts'
import { violations } from './axe.ts'
import { besidesGoneFilms, openApp } from './host.ts'
import { samples, studies, until } from './library.ts'

test('a study is found at a DICOMweb node by keyboard, shown with what is known of it, and fetched', { timeout: 240_000 }, async (t_) => {
  await using app = await openApp()
  const { page, rpc, complaints } = app
  await samples(app)
  const before = await studies(app)
  const node = await webNode(t_, { instances: ['003'] })
  await rpc.call('network.saveNode', { kind: 'dicomweb', name: 'Archive', address: node.address, user: 'reader', secret: 's3cret' })
  await rpc.call('studies.remove', { studies: before.filter(({ patientId }) => patientId === 'SAMPLE-003').map(({ id }) => id) })

  await page.getByRole('button', { name: t.find }).press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(t.patientId).fill('NOBODY')
  await page.keyboard.press('Enter')
  await dialog.getByText(t.noneFound).waitFor()
  await dialog.getByLabel(t.patientId).fill('SAMPLE-003')
  await page.keyboard.press('Enter')
  const rows = dialog.getByRole('grid', { name: t.found }).getByRole('row')
  await until('two studies', async () => (await rows.count()) === 3, 60_000)
  assert.match(await rows.nth(1).innerText(), /SAMPLE, THREE\s+SAMPLE-003\s+Mar 04, 2021\s+DX, SR\s+1/)
  assert.match(await rows.nth(2).innerText(), /Jan 02, 2020\s+DX, SR\s+2/)
  assert.ok(await dialog.getByRole('button', { name: t.fetch, exact: true }).isDisabled())
  for (const theme of ['light', 'dark'] as const) {
    await rpc.call('settings.set', { theme })
    await page.locator(`html[data-theme=${theme}]`).waitFor()
    assert.deepEqual(await violations(page), [])
  }

  await dialog.getByRole('grid').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await dialog.getByRole('button', { name: t.fetchCount(1) }).press('Enter')
  await page.getByText(t.ended.retrieve(1)).waitFor()
  assert.ok(node.asked.some(({ url }) => url.startsWith('/dicom-web/studies/2.25.77')), 'the study whose row was chosen')
  const [study] = (await studies(app)).filter(({ patientId }) => patientId === 'SAMPLE-003')
  assert.equal(study?.images, 1)
  await page.getByRole('row', { name: /SAMPLE, THREE/ }).waitFor()
  assert.deepEqual(besidesGoneFilms(complaints), [])
})
