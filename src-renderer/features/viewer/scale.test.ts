import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scaleText } from './scale.ts'

test('millimetres say where they hold', () => {
  assert.equal(scaleText([], [], ''), 'uncalibrated')
  assert.equal(scaleText([0.143, 0.143], [], ''), '0.143 mm/px at detector')
  assert.equal(scaleText([0.143, 0.143], [0.143, 0.143], ''), '0.143 mm/px at detector')
  assert.equal(scaleText([0.143, 0.143], [0.13, 0.13], ''), '0.130 mm/px calibrated')
  assert.equal(scaleText([0.143, 0.143], [0.13, 0.13], 'FIDUCIAL'), '0.130 mm/px calibrated (fiducial)')
  assert.equal(scaleText([], [0.2, 0.2], ''), '0.200 mm/px uncalibrated')
})
