import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { strings as viewer } from '../../src-renderer/features/viewer/strings.ts'
import { difference, drawnFilm, filmToBe, placesOf, shownFilm } from './film.ts'
import type { Grey } from './film.ts'
import { openApp } from './host.ts'
import type { App } from './host.ts'
import { importModel, importNow, samples, studies, until } from './library.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/dicom')
const GREY_LEVELS = 2
/** Of test/fixtures/make_dicom.py: polarity, windows, tables and codings beyond those of the samples. */
const FILMS = [
  ...['linear', 'linear-exact', 'sigmoid', 'full-range', 'monochrome1', 'negative-slope', 'rescaled', 'signed-window', 'voi-lut', 'voi-lut-signed', 'modality-lut'].map((name) => `display-${name}`),
  ...['percentile', 'percentile-monochrome1', 'percentile-padded', 'width-one'].map((name) => `display-${name}`),
  ...['eight', 'signed', 'signed-dirty', 'big-endian-words', 'deflated', 'rle', 'j2k-90-signed', 'j2k-91', 'jpeg-ls-81', 'jpeg-baseline-50', 'jpeg-lossless-57', 'bare-implicit'],
]

let app: App
before(async () => {
  app = await openApp()
  await samples(app)
})
after(() => app[Symbol.asyncDispose]())

const show = (study: string): Promise<unknown> => app.page.goto(`${new URL(app.url).origin}/#/viewer/${study}`)
const imagesOf = async (study: string) => (await app.rpc.call('studies.get', { study })).imagesOf
const windowText = (): Promise<string> => app.page.getByText(/^W \d/).innerText()
const windowShown = async (): Promise<{ width: number; center: number }> => {
  const [, width, center] = /^W (\S+)\s+C (\S+)/.exec(await windowText())!
  return { width: Number(width), center: Number(center) }
}

/** A film under another window: PS3.3 C.11.2.1.2.1, on values 0 to 255. */
function windowed({ width, height, values }: Grey, window: { width: number; center: number }): Grey {
  const share = (value: number): number => (value - (window.center - 0.5)) / (window.width - 1) + 0.5
  return { width, height, values: values.map((value) => Math.round(255 * Math.min(1, Math.max(0, share(value))))) }
}

/** The fixtures are all one film by their UIDs, `2.25.1` of study `2.25.2`: this makes them films of their own, in a study of their own. */
function ownFilm(name: string, n: number): string {
  const content = readFileSync(join(FIXTURES, name)).toString('latin1')
  const path = join(app.folder, 'fixtures', name)
  mkdirSync(join(app.folder, 'fixtures'), { recursive: true })
  writeFileSync(path, Buffer.from(content.replaceAll(/2\.25\.([123])(?!\d)/g, (_all, kind: string) => `2.${50 + n}.${kind}`), 'latin1'))
  return path
}

test('every sample film is shown as the main process draws it, also after two inversions and a reset', async () => {
  const syntaxes = new Set<string>()
  for (const { id, description } of await studies(app)) {
    const [image] = await imagesOf(id)
    syntaxes.add(image!.transferSyntax)
    const wanted = await drawnFilm(app.rpc, image!.id)
    await show(id)
    await filmToBe(app.page, wanted, GREY_LEVELS)
    await app.page.keyboard.press('i')
    await filmToBe(app.page, { ...wanted, values: wanted.values.map((value) => 255 - value) }, GREY_LEVELS)
    await app.page.keyboard.press('i')
    await filmToBe(app.page, wanted, GREY_LEVELS)
    await app.page.keyboard.press('2')
    await until('another window', async () => difference((await shownFilm(app.page))!, wanted) > GREY_LEVELS, 10_000)
    await app.page.keyboard.press('i')
    await app.page.keyboard.press('Space')
    await filmToBe(app.page, wanted, GREY_LEVELS).catch((cause: unknown) => assert.fail(`${description}: ${String(cause)}`))
  }
  assert.ok(syntaxes.size >= 4, `only ${[...syntaxes].join()}`)
})

test('polarities, slopes, windows, tables and codings of the standard are shown as the main process draws them', async () => {
  const before = new Set((await studies(app)).map(({ id }) => id))
  const job = await importNow(app, FILMS.map((name, n) => ownFilm(`${name}.dcm`, n)))
  assert.equal(job.skippedCount, 0)
  const images = (await Promise.all((await studies(app)).filter(({ id }) => !before.has(id)).map(({ id }) => imagesOf(id)))).flat()
  assert.equal(images.length, FILMS.length)
  for (const { id, study, fileName } of images) {
    const wanted = await drawnFilm(app.rpc, id)
    await app.page.goto(`${new URL(app.url).origin}/#/viewer/${study}?image=${id}`)
    await filmToBe(app.page, wanted, GREY_LEVELS).catch((cause: unknown) => assert.fail(`${fileName}: ${String(cause)}`))
  }
})

test('a drag to the right widens the window, a drag up raises its centre, and the film follows', async () => {
  const plain = (await studies(app)).find(({ patientId }) => patientId === 'SAMPLE-003')!
  const [image] = await imagesOf(plain.id)
  await show(plain.id)
  const film = await drawnFilm(app.rpc, image!.id)
  await filmToBe(app.page, film, GREY_LEVELS)
  const { page } = app
  const box = (await page.getByRole('group', { name: viewer.film, exact: true }).boundingBox())!
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const drag = async (dx: number, dy: number): Promise<void> => {
    await page.mouse.move(centre.x, centre.y)
    await page.mouse.down()
    await page.mouse.move(centre.x + dx, centre.y + dy, { steps: 4 })
    await page.mouse.up()
  }
  const start = await windowShown()
  assert.deepEqual(start, { width: 256, center: 128 })
  await drag(120, 0)
  const wider = await windowShown()
  assert.ok(wider.width > start.width && wider.center === start.center, JSON.stringify(wider))
  await filmToBe(page, windowed(film, wider), GREY_LEVELS)
  await drag(0, -100)
  const raised = await windowShown()
  assert.ok(raised.center > wider.center && raised.width === wider.width, JSON.stringify(raised))
  await filmToBe(page, windowed(film, raised), GREY_LEVELS)
  await drag(-200, 100)
  const back = await windowShown()
  assert.ok(back.width < raised.width && back.center < raised.center, JSON.stringify(back))
})

test('the heat map stays on the film under zoom, pan, turn and flip', async () => {
  const { page, rpc } = app
  await importModel(app)
  const study = (await studies(app)).find(({ patientId }) => patientId === 'SAMPLE-001')!
  await rpc.call('predictions.study', { study: study.id })
  await show(study.id)
  await page.locator('[data-label="Edema"]').click()
  await page.getByTestId('heat-map').waitFor()
  const port = page.getByRole('group', { name: viewer.film, exact: true })
  const box = (await port.boundingBox())!
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const points = [
    { x: centre.x, y: centre.y },
    { x: centre.x - 90, y: centre.y + 40 },
    { x: centre.x + 60, y: centre.y - 130 },
  ]
  const dragWith = async (button: 'middle' | 'right', dx: number, dy: number): Promise<void> => {
    await page.mouse.move(centre.x, centre.y)
    await page.mouse.down({ button })
    await page.mouse.move(centre.x + dx, centre.y + dy, { steps: 3 })
    await page.mouse.up({ button })
  }
  const key = (name: string) => () => page.keyboard.press(name)
  const steps: [string, () => Promise<void>][] = [
    ['as it opens', async () => {}],
    ['zoomed by the wheel', async () => (await page.mouse.move(centre.x + 50, centre.y + 30), page.mouse.wheel(0, -400))],
    ['panned', () => dragWith('middle', 140, -60)],
    ['turned', key('r')],
    ['flipped', key('h')],
    ['zoomed by a drag', () => dragWith('right', 0, -80)],
    ['turned back', key('l')],
    ['flipped top-bottom', key('v')],
  ]
  let last = ''
  for (const [name, step] of steps) {
    await step()
    const places = await until(`the film ${name}`, async () => {
      const found = await placesOf(page, points)
      return JSON.stringify(found) !== last && found
    }, 10_000)
    last = JSON.stringify(places)
    // Offsets are whole pixels of a layer, of which the map has at least 512.
    for (const { film, heat } of places) assert.ok(Math.hypot(heat.x - film.x, heat.y - film.y) < 0.003, `${name}: film at ${JSON.stringify(film)}, map at ${JSON.stringify(heat)}`)
  }
})

test('a film that cannot be decoded says so in its place, with code and remedy, and the next one is shown', async () => {
  const { page } = app
  const before = new Set((await studies(app)).map(({ id }) => id))
  await importNow(app, [ownFilm('mpeg2.dcm', 40)])
  const study = (await studies(app)).find(({ id }) => !before.has(id))!
  await show(study.id)
  const error = page.getByRole('group', { name: viewer.film, exact: true }).getByRole('alert')
  await error.waitFor()
  const text = await error.innerText()
  assert.match(text, /MPEG2/)
  assert.match(text, /TRANSFER_SYNTAX|UNSUPPORTED/)
  assert.match(text, /convert/i)
  assert.equal(await shownFilm(page), null)
  const [next] = await studies(app).then((rows) => rows.filter(({ patientId }) => patientId === 'SAMPLE-002'))
  await show(next!.id)
  const [image] = await imagesOf(next!.id)
  await filmToBe(page, await drawnFilm(app.rpc, image!.id), GREY_LEVELS)
  assert.equal(await error.count(), 0)
})
