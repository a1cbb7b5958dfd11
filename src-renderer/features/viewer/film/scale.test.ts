import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scaleOf } from './scale.ts'

const scale = (numbers: Record<string, number[]>, kind = '') => scaleOf({ text: (tag) => (tag === '00280A02' ? kind : ''), numbers: (tag) => numbers[tag] ?? [] })
const DETECTOR = { '00181164': [0.143, 0.143] }

test('millimetres say where they hold', () => {
  assert.equal(scale({}).text, 'uncalibrated')
  assert.equal(scale(DETECTOR).text, '0.143 mm/px at detector')
  assert.equal(scale({ ...DETECTOR, '00280030': [0.143, 0.143] }).text, '0.143 mm/px at detector')
  assert.equal(scale({ ...DETECTOR, '00280030': [0.13, 0.13] }).text, '0.130 mm/px calibrated')
  assert.equal(scale({ ...DETECTOR, '00280030': [0.13, 0.13] }, 'FIDUCIAL').text, '0.130 mm/px calibrated (fiducial)')
  assert.equal(scale({ '00280030': [0.2, 0.2] }).text, '0.200 mm/px uncalibrated')
})

test("a length is in pixels where only the detector's spacing is known, and says why; a magnification factor makes it millimetres", () => {
  assert.equal(scale({}).mm, null)
  assert.equal(scale(DETECTOR).mm, null)
  assert.match(scale(DETECTOR).note, /detector/)
  assert.deepEqual(scale({ ...DETECTOR, '00181114': [1.1] }).mm, { across: 0.143 / 1.1, down: 0.143 / 1.1 })
  assert.deepEqual(scale({ '00280030': [0.2, 0.1] }).mm, { across: 0.1, down: 0.2 })
})

test('a spacing of zero or of one value is none', () => {
  assert.equal(scale({ '00280030': [0, 0.1] }).mm, null)
  assert.equal(scale({ '00280030': [0.2] }).mm, null)
})
