import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import sharp from 'sharp'
import { writeFilm } from '#main/dicom/index.ts'
import type { FilmToWrite } from '#main/dicom/index.ts'
import { strings as viewer } from '../../src-renderer/features/viewer/strings.ts'
import type { Annotation } from '../../src-shared/domain/annotation.ts'
import { violations } from './axe.ts'
import { openApp } from './host.ts'
import type { App } from './host.ts'
import { importNow, studies, until } from './library.ts'

const PATIENCE = 60_000
const [ROWS, COLUMNS] = [400, 320]
/** A square of 64 pixels at row 40, column 32, its first row drawn. */
const PLANE: FilmToWrite['extra'] = [
  [0x60000010, 'US', 64], [0x60000011, 'US', 64], [0x60000022, 'LO', 'Marker'], [0x60000040, 'CS', 'G'], [0x60000050, 'SS', [41, 33]], [0x60000100, 'US', 1], [0x60000102, 'US', 0],
  [0x60003000, 'OW', Uint8Array.from({ length: 512 }, (_, i) => (i < 8 ? 0xff : 0))],
]

let app: App
let film: string
let study: string

function write(uid: string, studyUid: string, more: Partial<FilmToWrite> = {}): string {
  const path = join(app.folder, 'films', `${uid}.dcm`)
  const [rows, columns, frames] = [more.rows ?? ROWS, more.columns ?? COLUMNS, more.frames ?? 1]
  const pixels = Uint16Array.from({ length: rows * columns * frames }, (_, i) => 1000 + (i % columns) + 500 * Math.floor(i / (rows * columns)))
  const ids = { studyInstanceUid: studyUid, seriesInstanceUid: `${studyUid}.1`, sopInstanceUid: uid }
  writeFileSync(path, writeFilm({ object: 'DX', ...ids, patientId: 'T-1', patientName: 'TOOLS^A', pixels, rows, columns, bitsStored: 16, viewPosition: 'PA', studyDate: '20240102', ...more }))
  return path
}

before(async () => {
  app = await openApp()
  mkdirSync(join(app.folder, 'films'))
  await importNow(app, [
    write('2.25.901', '2.25.90', { pixelSpacing: [0.5, 0.5], windows: [{ center: 1160, width: 320, explanation: 'NORMAL' }, { center: 1100, width: 50, explanation: 'HARD' }], extra: PLANE }),
    write('2.25.902', '2.25.90', { viewPosition: 'LL', imagerPixelSpacing: [0.143, 0.143] }),
    write('2.25.911', '2.25.91', { studyDate: '20230102' }),
    write('2.25.921', '2.25.92', { patientId: 'T-2', rows: 64, columns: 64, frames: 5 }),
  ])
  const row = (await studies(app)).find(({ studyInstanceUid }) => studyInstanceUid === '2.25.90')!
  study = row.id
  film = (await app.rpc.call('studies.get', { study })).imagesOf.find(({ view }) => view === 'PA')!.id
  await show(study, film)
})
after(() => app[Symbol.asyncDispose]())

async function show(id: string, image: string): Promise<void> {
  await app.page.goto(`${new URL(app.url).origin}/#/viewer/${id}?image=${image}`)
  await app.page.locator(`[data-film="${image}"]`).waitFor()
}
const press = (key: string): Promise<void> => app.page.keyboard.press(key)
const stored = (): Promise<Annotation[]> => app.rpc.call('annotations.ofImage', { image: film })
const marked = (what: string, is: (marks: Annotation[]) => boolean): Promise<Annotation[]> => until(what, async () => { const marks = await stored(); return is(marks) && marks }, PATIENCE)
async function drag(from: [number, number], to: [number, number]): Promise<void> {
  const box = (await app.page.locator(`[data-film="${film}"]`).boundingBox())!
  const at = ([x, y]: [number, number]): [number, number] => [box.x + box.width / 2 + x, box.y + box.height / 2 + y]
  await app.page.mouse.move(...at(from))
  await app.page.mouse.down()
  await app.page.mouse.move(...at(to), { steps: 4 })
  await app.page.mouse.up()
}

test('each drawing tool draws by a drag what is stored in film pixels; undo and redo are stored too', async () => {
  await press('d')
  await drag([-60, -40], [60, -40])
  const [line] = await marked('the length', (marks) => marks.length === 1)
  assert.equal(line!.kind, 'length')
  const [a, b] = line!.points
  const zoom = 120 / (b!.x - a!.x)
  assert.ok(Math.abs(b!.y - a!.y) < 1e-6 && Math.abs((a!.x + b!.x) / 2 - COLUMNS / 2) < 1, 'about the middle of the film')
  await app.page.getByText(`${((120 / zoom) * 0.5).toFixed(1)} mm`).first().waitFor()
  for (const [i, key] of ['n', 'k', 'e', 'b', 'j'].entries()) {
    await press(key)
    await drag([-100, 10 + 20 * i], [-20, 25 + 20 * i])
    await marked(`mark ${i + 2}`, (marks) => marks.length === i + 2)
  }
  assert.deepEqual((await stored()).map(({ kind }) => kind), ['length', 'angle', 'ratio', 'ellipse', 'rectangle', 'arrow'])
  await press('Control+z')
  await press('Control+z')
  await marked('two undone', (marks) => marks.length === 4)
  await press('Control+y')
  await marked('one redone', (marks) => marks.length === 5)
})

test('text is typed in the list; the list leads to marks and deletes them', async () => {
  const { page } = app
  const before = (await stored()).length
  await press('y')
  await drag([40, 60], [40, 60])
  await marked('the text', (marks) => marks.length === before + 1)
  await page.getByRole('textbox', { name: viewer.marks.words }).waitFor()
  await page.keyboard.type('Old fracture')
  await press('Tab')
  await marked('its words', (marks) => marks.at(-1)!.text === 'Old fracture')
  await page.getByTestId('marks').getByText('Old fracture').waitFor()
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: viewer.marks.remove(viewer.marks.text) }).click()
  await marked('it to go', (marks) => marks.length === before)
})

test('without a mouse: a mark is put in the middle, moved by arrows, point by point, and deleted', async () => {
  const { page } = app
  for (const { id } of await stored()) await app.rpc.call('annotations.remove', { id })
  await page.locator('[data-mark]').first().waitFor({ state: 'detached' })
  await page.locator(`[data-film="${film}"]`).focus()
  await press('d')
  await press('m')
  const [first] = await marked('the mark', (marks) => marks.length === 1)
  await page.locator('[data-mark="length"]').focus()
  await press('ArrowDown')
  const [moved] = await marked('it to move', ([mark]) => mark!.points[0]!.y !== first!.points[0]!.y)
  assert.deepEqual(moved!.points.map(({ x, y }, i) => [Math.round(x - first!.points[i]!.x), Math.round(y - first!.points[i]!.y)]), [[0, 1], [0, 1]])
  await page.getByRole('button', { name: viewer.marks.point(2, viewer.marks.length) }).focus()
  await press('Shift+ArrowRight')
  const [longer] = await marked('its end to move', ([mark]) => mark!.points[1]!.x > moved!.points[1]!.x)
  assert.ok(Math.abs(longer!.points[1]!.x - moved!.points[1]!.x - 10) < 1e-6 && longer!.points[0]!.x === moved!.points[0]!.x)
  await page.locator('[data-mark="length"]').focus()
  await press('Delete')
  await marked('it to go', (marks) => marks.length === 0)
  await press('Escape')
})

const zooms = (): Promise<string[]> => app.page.getByText(/^Zoom \d/).allInnerTexts()

test('frontal and lateral hang side by side, the prior beside the current film; they move together while linked', async () => {
  const { page } = app
  await press('Control+2')
  await page.locator('[data-film]').nth(1).waitFor()
  const before = await zooms()
  await press('+')
  const both = await until('both to zoom', async () => { const now = await zooms(); return now.every((zoom, i) => zoom !== before[i]) && now }, PATIENCE)
  await press('Shift+l')
  await press('+')
  await until('one to zoom', async () => { const now = await zooms(); return now.filter((zoom, i) => zoom !== both[i]).length === 1 }, PATIENCE)
  await press('Shift+l')
  await press('Control+3')
  await until('the prior', async () => (await page.getByText('Jan 02, 2023').count()) >= 1, PATIENCE)
  await press('Control+4')
  await page.locator('[data-film]').nth(2).waitFor()
  await press('ArrowRight')
  assert.deepEqual(await violations(page), [])
  await press('Control+1')
  await until('one film', async () => (await page.locator('[data-film]').count()) === 1, PATIENCE)
})

test('the overlay of the film lies where its origin says, and can be taken away', async () => {
  const { page } = app
  await show(study, film)
  const plane = page.getByTestId('overlay-plane')
  await plane.waitFor()
  const [inner, outer] = [(await plane.boundingBox())!, (await page.locator('canvas.full').boundingBox())!]
  const share = [(inner.x - outer.x) / outer.width, (inner.y - outer.y) / outer.height, inner.width / outer.width]
  for (const [i, wanted] of [32 / COLUMNS, 40 / ROWS, 64 / COLUMNS].entries()) assert.ok(Math.abs(share[i]! - wanted) < 0.005, `${share[i]} for ${wanted}`)
  const { data, info } = await sharp(await app.rpc.media(`overlay/${film}/6000.png`)).raw().toBuffer({ resolveWithObject: true })
  assert.deepEqual([info.width, info.height, info.channels], [64, 64, 4])
  assert.deepEqual([data[3], data[4 * 63 + 3], data[4 * 64 + 3]], [255, 255, 0])
  await press('u')
  await plane.waitFor({ state: 'detached' })
  await press('u')
  await plane.waitFor()
})

test("the film's windows are chosen by name, one's own is kept and comes back", async () => {
  const { page } = app
  const preset = page.getByLabel(viewer.preset)
  assert.deepEqual((await preset.locator('option').allInnerTexts()).slice(0, 3).map((text) => text.replace(/^\d\s+/, '')), ['NORMAL', 'HARD', 'Percentile 0.5–99.5'])
  await press('2')
  await page.getByText(/^W 50\s+C 1100/).waitFor()
  await drag([0, 0], [90, 0])
  await press('Shift+w')
  await page.getByRole('dialog').getByLabel(viewer.windowName).fill('Bone')
  await press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const [own] = (await app.rpc.call('settings.get', {})).windowPresets
  assert.equal(own?.name, 'Bone')
  assert.ok(own.width > 50 && own.center === 1100)
  await press('Space')
  await page.getByText(/NORMAL/).first().waitFor()
  await preset.selectOption('Bone')
  await page.getByText(`· Bone`).waitFor()
})

test('the magnifier follows the pointer; a picture carries what it is and no name', async () => {
  const { page } = app
  await press('g')
  const box = (await page.locator(`[data-film="${film}"]`).boundingBox())!
  await page.mouse.move(box.x + 200, box.y + 200)
  await page.getByTestId('lens').waitFor()
  await press('w')
  const [download] = await Promise.all([page.waitForEvent('download'), press('Control+Shift+s')])
  const bytes = readFileSync(await download.path())
  const { format, comments } = await sharp(bytes).metadata()
  assert.equal(format, 'png')
  const said = comments!.map(({ keyword, text }) => `${keyword}: ${text}`).join('\n')
  assert.match(said, new RegExp(viewer.notDiagnostic))
  assert.match(said, /2\.25\.901/)
  assert.doesNotMatch(said, /TOOLS|T-1/)
})

test('frames are stepped through and played', async () => {
  const { page } = app
  const row = (await studies(app)).find(({ patientId }) => patientId === 'T-2')!
  await show(row.id, row.coverImage!)
  await page.getByText('PA · 1 of 5').waitFor()
  await press('Shift+ArrowRight')
  await page.getByText('PA · 2 of 5').waitFor()
  await press('Shift+ArrowLeft')
  await press('Shift+ArrowLeft')
  await page.getByText('PA · 5 of 5').waitFor()
  await press('c')
  await page.getByText('PA · 3 of 5').waitFor()
  await page.getByRole('button', { name: viewer.cine.pause }).waitFor()
  assert.deepEqual(await violations(page), [])
  await press('c')
})

test("under Weasis's profile its keys hold, and the help sheet says whose they are", async () => {
  const { page, rpc } = app
  await rpc.call('settings.set', { shortcutProfile: 'weasis' })
  await until('the keys', async () => { await press('t'); return (await page.getByRole('button', { name: viewer.pan }).getAttribute('aria-pressed')) === 'true' }, PATIENCE)
  await press('?')
  await page.getByRole('dialog').getByText(/Weasis/).waitFor()
  assert.deepEqual(await violations(page), [])
  await press('Escape')
  assert.deepEqual(app.complaints, [])
})
