import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LabelCurves } from '../../../../src-shared/domain/evaluation.ts'
import { confusionAt, positionOf, positions, thresholdAt } from './points.ts'

const curves: LabelCurves = {
  positives: 3,
  negatives: 4,
  points: [
    { threshold: 0.9, tp: 1, fp: 0 },
    { threshold: 0.5, tp: 2, fp: 1 },
    { threshold: 0.1, tp: 3, fp: 4 },
  ],
  rocBand: null,
  prBand: null,
}

test('the slider runs from every film to none, and stands where the model does', () => {
  assert.deepEqual([0, 1, 2, 3].map((position) => thresholdAt(curves, position)), [0.1, 0.5, 0.9, null])
  assert.deepEqual(confusionAt(curves, 0), { tp: 3, fp: 4, fn: 0, tn: 0 })
  assert.deepEqual(confusionAt(curves, positions(curves)), { tp: 0, fp: 0, fn: 3, tn: 4 })
  // Between two scores the films over the threshold are those of the higher one.
  assert.deepEqual([0.05, 0.1, 0.3, 0.5, 0.51, 0.95].map((threshold) => positionOf(curves, threshold)), [0, 0, 1, 1, 2, 3])
  assert.deepEqual(confusionAt(curves, positionOf(curves, 0.4)), { tp: 2, fp: 1, fn: 1, tn: 3 })
})
