import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { writeFilm } from '#main/dicom/index.ts'
import { strings as viewer } from '../../src-renderer/features/viewer/strings.ts'
import type { Annotation, FilmPoint } from '../../src-shared/domain/annotation.ts'
import { violations } from './axe.ts'
import { openApp, type App } from './host.ts'
import { importNow, studies, until } from './library.ts'

const PATIENCE = 60_000
const [ROWS, COLUMNS] = [300, 400]
/** Millimetres of a pixel: not square, so that a measure that takes one for the other is wrong. */
const [DOWN, ACROSS] = [0.5, 0.25]
const valueAt = (column: number, row: number): number => 1000 + 3 * column + (row % 2)

let app: App
let film: string
before(async () => {
  app = await openApp()
  const pixels = Uint16Array.from({ length: ROWS * COLUMNS }, (_, i) => valueAt(i % COLUMNS, Math.floor(i / COLUMNS)))
  const path = join(app.folder, 'film.dcm')
  writeFileSync(path, writeFilm({ object: 'DX', studyInstanceUid: '2.25.93', seriesInstanceUid: '2.25.931', sopInstanceUid: '2.25.932', patientId: 'M-1', patientName: 'MARKS^A', pixels, rows: ROWS, columns: COLUMNS, bitsStored: 16, viewPosition: 'PA', pixelSpacing: [DOWN, ACROSS] }))
  await importNow(app, [path])
  const row = (await studies(app)).find(({ patientId }) => patientId === 'M-1')!
  film = row.coverImage!
  await app.page.goto(`${new URL(app.url).origin}/#/viewer/${row.id}?image=${film}`)
  await app.page.locator(`[data-film="${film}"] canvas.full`).waitFor()
  await app.page.getByText(/^W \d/).waitFor()
})
after(() => app[Symbol.asyncDispose]())

const press = (key: string): Promise<void> => app.page.keyboard.press(key)
/** Where a point of the film is on the screen, by the place of its canvas alone. */
async function onScreen({ x, y }: FilmPoint): Promise<[number, number]> {
  const box = (await app.page.locator('canvas.full').boundingBox())!
  return [box.x + (x / COLUMNS) * box.width, box.y + (y / ROWS) * box.height]
}
async function drag(from: FilmPoint, to: FilmPoint): Promise<void> {
  await app.page.mouse.move(...(await onScreen(from)))
  await app.page.mouse.down()
  await app.page.mouse.move(...(await onScreen(to)), { steps: 5 })
  await app.page.mouse.up()
}
/** The newest mark once it satisfies, and the words beside it. */
async function newest(kind: Annotation['kind'], is: (mark: Annotation) => boolean = () => true): Promise<{ mark: Annotation; words: string }> {
  const mark = await until(`the ${kind}`, async () => {
    const last = (await app.rpc.call('annotations.ofImage', { image: film })).findLast((one) => one.kind === kind)
    return last && is(last) && last
  }, PATIENCE)
  // What is stored is on the screen already: the page stores what it shows.
  return { mark, words: (await app.page.locator(`[data-mark="${kind}"]`).last().getAttribute('aria-label'))! }
}
const near = (mark: Annotation, index: number, { x, y }: FilmPoint): boolean => Math.hypot(mark.points[index]!.x - x, mark.points[index]!.y - y) < 1
const millimetres = (a: FilmPoint, b: FilmPoint): number => Math.hypot((b.x - a.x) * ACROSS, (b.y - a.y) * DOWN)
const numberIn = (words: string, unit: RegExp): number => Number(new RegExp(`(-?[\\d.]+) ?${unit.source}`).exec(words)?.[1])

test('a length is what lies between its ends in millimetres, also after an end and the whole were dragged', async () => {
  const [a, b, c] = [{ x: 60, y: 60 }, { x: 260, y: 180 }, { x: 340, y: 60 }]
  await press('d')
  await drag(a, b)
  const drawn = await newest('length', (mark) => near(mark, 0, a) && near(mark, 1, b))
  assert.ok(Math.abs(numberIn(drawn.words, /mm/) - millimetres(a, b)) < 0.5, `${drawn.words}, not ${millimetres(a, b)} mm`)
  await drag(b, c)
  const longer = await newest('length', (mark) => near(mark, 0, a) && near(mark, 1, c))
  assert.ok(Math.abs(numberIn(longer.words, /mm/) - 70) < 0.5, longer.words)
  await press('w')
  await drag({ x: 200, y: 60 }, { x: 180, y: 140 })
  const moved = await newest('length', (mark) => near(mark, 0, { x: 40, y: 140 }) && near(mark, 1, { x: 320, y: 140 }))
  assert.equal(numberIn(moved.words, /mm/), numberIn(longer.words, /mm/))
})

test('an angle is one of millimetres, not of pixels, and follows its ends', async () => {
  // A pixel is twice as high as wide: 60 of them up are as long as 120 across.
  const [vertex, level, steep] = [{ x: 100, y: 220 }, { x: 160, y: 220 }, { x: 220, y: 160 }]
  await press('n')
  await drag(vertex, level)
  const { mark } = await newest('angle')
  await drag(mark.points[2]!, steep)
  const half = await newest('angle', (one) => near(one, 2, steep))
  assert.ok(Math.abs(numberIn(half.words, /°/) - 45) < 0.6, half.words)
  await drag(steep, { x: 100, y: 150 })
  const right = await newest('angle', (one) => near(one, 2, { x: 100, y: 150 }))
  assert.ok(Math.abs(numberIn(right.words, /°/) - 90) < 0.6, right.words)
})

/** Of the pixels whose middle lies inside, as the film was written. */
function truth(kind: 'rectangle' | 'ellipse', [a, b]: [FilmPoint, FilmPoint]) {
  const values: number[] = []
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const [u, v] = [(2 * (column + 0.5) - a.x - b.x) / (b.x - a.x), (2 * (row + 0.5) - a.y - b.y) / (b.y - a.y)]
      if (kind === 'rectangle' ? Math.abs(u) <= 1 && Math.abs(v) <= 1 : u * u + v * v <= 1) values.push(valueAt(column, row))
    }
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  return { count: values.length, mean, deviation, least: Math.min(...values), most: Math.max(...values), area: (Math.abs((b.x - a.x) * ACROSS * (b.y - a.y) * DOWN) * (kind === 'ellipse' ? Math.PI / 4 : 1)) / 100 }
}

for (const [kind, key, y] of [['rectangle', 'b', 180], ['ellipse', 'e', 230]] as const) {
  test(`the figures of a ${kind} are those of the pixels below it, also after a corner was dragged`, async () => {
    const check = async (corner: FilmPoint): Promise<void> => {
      const { mark, words } = await newest(kind, (one) => near(one, 1, corner))
      const { count, mean, deviation, least, most, area } = truth(kind, mark.points as [FilmPoint, FilmPoint])
      const [, mean_, deviation_] = /([\d.]+) ± ([\d.]+)/.exec(words)!.map(Number)
      assert.ok(Math.abs(mean_! - mean) <= 0.051 && Math.abs(deviation_! - deviation) <= 0.051, `${words}: ${mean} ± ${deviation}`)
      assert.ok(words.includes(`${least} to ${most}, ${count} px`), `${words}: ${least} to ${most}, ${count}`)
      assert.ok(Math.abs(numberIn(words, /cm²/) - area) <= 0.0051, `${words}: ${area}`)
    }
    await press(key)
    await drag({ x: 250, y }, { x: 300, y: y + 30 })
    await check({ x: 300, y: y + 30 })
    await drag({ x: 300, y: y + 30 }, { x: 380, y: y + 40 })
    await check({ x: 380, y: y + 40 })
  })
}

test('full screen by its key and back: the film is the page, and the marks stay on it', async () => {
  const { page } = app
  const whole = (): Promise<{ full: boolean; height: number; window: number }> => page.evaluate(() => ({ full: document.fullscreenElement?.querySelector('canvas.full') != null, height: document.fullscreenElement?.getBoundingClientRect().height ?? 0, window: innerHeight }))
  await press('w')
  await press('f')
  await until('full screen', async () => { const { full, height, window } = await whole(); return full && height === window }, PATIENCE)
  await page.locator('[data-mark="length"]').waitFor()
  assert.deepEqual(await violations(page), [])
  await press('f')
  await until('the page again', async () => !(await whole()).full, PATIENCE)
  await page.getByRole('button', { name: viewer.pan }).waitFor()
  assert.deepEqual(app.complaints, [])
})
