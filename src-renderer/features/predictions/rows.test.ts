import assert from 'node:assert/strict'
import test from 'node:test'
import { LABELS, type Label } from '../../../src-shared/domain/labels.ts'
import { scoreLines, signed } from './rows.ts'

const said = (raw: Partial<Record<Label, number>>, calibrated: number | null = null) => ({ scores: LABELS.map((label) => ({ label, raw: raw[label] ?? 0.1, calibrated, threshold: label === 'Edema' ? 0.05 : 0.5 })) })
const first = (sort: Parameters<typeof scoreLines>[2], n = 2) => scoreLines(said({ Fracture: 0.9, Edema: 0.5 }), said({ Fracture: 0.85, Pneumonia: 0.7 }), sort).slice(0, n).map(({ label }) => label)

test('lines keep the order of the labels, or go by probability, margin over the threshold, or difference', () => {
  assert.deepEqual(first('labels', 14), LABELS)
  assert.deepEqual(first('probability'), ['Fracture', 'Edema'])
  assert.deepEqual(first('margin'), ['Edema', 'Fracture'])
  assert.deepEqual(first('difference'), ['Pneumonia', 'Edema'])
})

test('a difference is what is said now less what was said there; without another there is none', () => {
  const [line] = scoreLines(said({ Fracture: 0.9 }), said({ Fracture: 0.4 }), 'probability')
  assert.ok(Math.abs(line!.difference! - 0.5) < 1e-12)
  assert.deepEqual(scoreLines(said({}), null, 'labels').map(({ difference, other }) => difference ?? other), Array(14).fill(null))
  assert.deepEqual([0.5, -0.127, 0.001, -0.004].map(signed), ['+0.50', '−0.13', '±0.00', '±0.00'])
})
