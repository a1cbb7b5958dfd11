import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainGreyscale } from '../../../../src-shared/display/film.ts'
import type { Annotation, FilmPoint } from '../../../../src-shared/domain/annotation.ts'
import type { Film } from '../film/film.ts'
import { drawn, fromStage, middleOf, shifted, toStage, withPoint } from './geometry.ts'
import { measure, statistics } from './measure.ts'

const [COLUMNS, ROWS] = [20, 10]
const cells = Uint16Array.from({ length: COLUMNS * ROWS }, (_, i) => 1000 + (i % COLUMNS))

function film(tags: Record<string, number[]> = {}, aspect = 1, padding: { low: number; high: number } | null = null): Film {
  return {
    ...{ image: 'im_1', columns: COLUMNS, rows: ROWS, frames: 1, size: { width: COLUMNS, height: ROWS * aspect }, presets: [], range: 20, overlays: [] },
    greyscale: { ...plainGreyscale(16), padding },
    cells: () => cells,
    value: (stored) => 2 * stored - 2000,
    text: () => '',
    texts: () => [],
    numbers: (tag) => tags[tag] ?? [],
  }
}
const points = (...flat: number[]): FilmPoint[] => Array.from({ length: flat.length / 2 }, (_, i) => ({ x: flat[2 * i]!, y: flat[2 * i + 1]! }))
const mark = (kind: Annotation['kind'], ...flat: number[]) => ({ kind, frame: 0, points: points(...flat) })
const SPACING = { '00280030': [0.5, 0.25] }

test('lengths are millimetres by the spacing of rows and columns, pixels where none is permitted', () => {
  assert.deepEqual(measure(mark('length', 0, 0, 3, 4), film(), 'modality'), ['5 px'])
  assert.deepEqual(measure(mark('length', 0, 0, 4, 0), film(SPACING), 'modality'), ['1.0 mm'])
  assert.deepEqual(measure(mark('length', 0, 0, 0, 4), film(SPACING), 'modality'), ['2.0 mm'])
  assert.deepEqual(measure(mark('length', 0, 0, 3, 4), film({ '00181164': [0.1, 0.1] }), 'modality'), ['5 px'])
  assert.deepEqual(measure(mark('length', 0, 0, 0, 4), film({}, 2), 'modality'), ['8 px'], 'pixels twice as high as wide')
})

test('angles are those of the picture, not of its cells', () => {
  assert.deepEqual(measure(mark('angle', 5, 0, 0, 0, 0, 5), film(), 'modality'), ['90.0°'])
  assert.deepEqual(measure(mark('angle', 4, 0, 0, 0, -4, 0), film(), 'modality'), ['180.0°'])
  assert.deepEqual(measure(mark('angle', 2, 0, 0, 0, 2, 1), film(SPACING), 'modality'), ['45.0°'])
})

test('the cardiothoracic ratio is taken along the line across the chest', () => {
  assert.deepEqual(measure(mark('ratio', 0, 5, 20, 5, 6, 2, 15, 8), film(), 'modality'), ['CTR 0.45', '9 px / 20 px'])
  assert.deepEqual(measure({ ...mark('ratio'), points: drawn('ratio', { x: 0, y: 0 }, { x: 20, y: 0 }) }, film(), 'modality')[0], 'CTR 0.50')
})

test('regions count the pixels whose middle lies inside, in stored or modality values', () => {
  const whole = statistics('rectangle', { x: 0, y: 0 }, { x: 20, y: 10 }, film(), 0, 'stored')!
  assert.deepEqual([whole.pixels, whole.least, whole.most], [200, 1000, 1019])
  assert.ok(Math.abs(whole.mean - 1009.5) < 1e-9)
  assert.ok(Math.abs(whole.deviation - Math.sqrt((20 ** 2 - 1) / 12)) < 1e-9, 'of the uniform distribution')
  const modality = statistics('rectangle', { x: 20, y: 10 }, { x: 0, y: 0 }, film(), 0, 'modality')!
  assert.ok(Math.abs(modality.mean - 19) < 1e-9 && modality.least === 0)
  const round = statistics('ellipse', { x: 0, y: 0 }, { x: 20, y: 10 }, film(), 0, 'stored')!
  let counted = 0
  for (let y = 0; y < 10; y++) for (let x = 0; x < 20; x++) counted += Number(((x - 9.5) / 10) ** 2 + ((y - 4.5) / 5) ** 2 <= 1)
  assert.equal(round.pixels, counted)
  assert.equal(statistics('rectangle', { x: 0.6, y: 0.6 }, { x: 1.4, y: 1.4 }, film(), 0, 'stored'), null)
  assert.equal(statistics('rectangle', { x: 0, y: 0 }, { x: 20, y: 10 }, film({}, 1, { low: 1000, high: 1004 }), 0, 'stored')!.pixels, 150, 'without the padding')
  assert.deepEqual(measure(mark('rectangle', 0, 0, 20, 10), film(SPACING), 'stored')[0], '0.25 cm²')
})

test('what is drawn has its points where they can be moved, and moves as a whole', () => {
  const [a, b] = [{ x: 2, y: 3 }, { x: 8, y: 3 }]
  assert.deepEqual(drawn('length', a, b), [a, b])
  const [end, vertex, other] = drawn('angle', a, b)
  assert.deepEqual([end, vertex], [b, a])
  assert.ok(Math.abs(Math.hypot(other!.x - a.x, other!.y - a.y) - 6) < 0.01)
  assert.deepEqual(drawn('text', a, b), [a])
  assert.deepEqual(shifted([a], 1, -1), [{ x: 3, y: 2 }])
  assert.deepEqual(withPoint([a, b], 1, a), [a, a])
  assert.deepEqual(middleOf({ points: [a, b] }), { x: 5, y: 3 })
  const wide = film({}, 2)
  const back = fromStage(wide, toStage(wide, a))
  assert.ok(Math.hypot(back.x - a.x, back.y - a.y) < 1e-9)
})
