import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { LABELS } from '#shared/domain/labels.ts'
import { sigmoid } from '#shared/statistics/probability.ts'
import { evaluate } from './evaluation.ts'
import { operatingPoint, rocAuc } from './metrics.ts'

interface Golden {
  targets: number[]
  logits: number[]
  loss: number
  accuracy: number
  allNegative: number
  auc: (number | null)[]
  averagePrecision: (number | null)[]
  thresholds: number[]
  precision: number
  recall: number
  f1: number
}
const golden = JSON.parse(readFileSync(new URL('../../../test/golden/training/metrics.json', import.meta.url), 'utf8')) as Golden
const near = (a: number | null, b: number | null, tolerance = 1e-9): void =>
  assert.ok(a === b || (a !== null && b !== null && Math.abs(a - b) < tolerance), `${a} is not ${b}`)

test('figures are those of scikit-learn and torch', () => {
  const ours = evaluate(Float32Array.from(golden.logits), Uint8Array.from(golden.targets))
  near(ours.loss, golden.loss, 1e-6)
  near(ours.accuracy, golden.accuracy)
  near(ours.allNegativeAccuracy, golden.allNegative)
  for (const key of ['precision', 'recall', 'f1'] as const) near(ours[key], golden[key])
  LABELS.forEach((label, i) => {
    near(ours.auc.perLabel[label], golden.auc[i]!)
    near(ours.averagePrecision[label], golden.averagePrecision[i]!)
    // scikit-learn's threshold is a film's own score; ours divides the films in the same way and lies on none of them.
    const scores = golden.logits.filter((_, cell) => cell % LABELS.length === i && golden.targets[cell]! < 2).map(sigmoid)
    const same = (score: number): boolean => score >= ours.thresholds[label] === score >= golden.thresholds[i]! - 1e-6
    assert.ok(scores.every((score) => same(score) && (golden.auc[i] === null || Math.abs(score - ours.thresholds[label]) > 1e-6)), label)
  })
  const defined = golden.auc.filter((auc) => auc !== null)
  assert.equal(ours.auc.defined, 12)
  near(ours.auc.macro, defined.reduce((a, b) => a + b) / defined.length)
})

test('scores that say nothing have area one half; one class has none', () => {
  assert.equal(rocAuc({ scores: new Float32Array(6), targets: Uint8Array.of(0, 1, 0, 1, 1, 0) }), 0.5)
  assert.equal(rocAuc({ scores: new Float32Array(2), targets: Uint8Array.of(1, 1) }), null)
  assert.equal(operatingPoint({ scores: new Float32Array(2), targets: Uint8Array.of(0, 0) }), null)
})
