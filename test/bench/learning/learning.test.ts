import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LABELS } from '#shared/domain/labels.ts'
import { Mersenne } from '#main/engine/data/mersenne.ts'
import { torchRandperm } from '#main/engine/data/permutation.ts'
import { column, rocAuc } from '#main/engine/training/metrics.ts'
import { bootstrap, macroAuc, type Pooled } from './auc.ts'
import { foldsOf } from './films.ts'

/** Films of patients with one or two films each, their targets drawn, their logits right by as much as `signal`. */
function pooled(patients: number, signal: number, seed: number): Pooled {
  const random = new Mersenne(seed)
  const names = Array.from({ length: patients }, (_, i) => Array<string>(1 + (i % 2)).fill(`p${i}`)).flat()
  const targets = Uint8Array.from({ length: names.length * LABELS.length }, () => Number(random.uniform() < 0.4))
  const noise = new Mersenne(seed + 1)
  return { targets, patients: names, logits: Float32Array.from(targets, (target) => signal * target + noise.uniform()) }
}

test('folds: every film once, no patient in two, all of about one size', () => {
  const { patients } = pooled(50, 0, 1)
  const rows = patients.map((_, row) => row).filter((row) => row % 7 !== 3)
  const folds = foldsOf({ rows, patients }, 5, (n) => torchRandperm(n, 42))
  assert.deepEqual(folds.flat().sort((a, b) => a - b), rows)
  const owners = folds.map((fold) => new Set(fold.map((row) => patients[row])))
  for (const [i, own] of owners.entries()) for (const other of owners.slice(i + 1)) assert.ok([...own].every((patient) => !other.has(patient)))
  const sizes = folds.map(({ length }) => length)
  assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 2, sizes.join())
})

test('intervals hold the value, tell better from worse, know equals, and narrow with the patients', async () => {
  const options = { resamples: 200, seed: 7, pause: () => Promise.resolve() }
  const few = await bootstrap([pooled(30, 0.6, 1)], [pooled(30, 0.1, 1)], options)
  for (const { value, low, high } of [few.ours, few.torch, few.difference]) assert.ok(low < value && value < high)
  assert.ok(few.difference.low > 0)
  assert.equal(few.ours.value, macroAuc(pooled(30, 0.6, 1)).macro)
  const columns = LABELS.map((_, label) => rocAuc(column(pooled(30, 0.6, 1).logits, pooled(30, 0.6, 1).targets, LABELS.length, label))!)
  assert.ok(Math.abs(few.ours.value - columns.reduce((a, b) => a + b, 0) / LABELS.length) < 1e-12)
  const same = await bootstrap([pooled(30, 0.3, 2)], [pooled(30, 0.3, 2)], options)
  assert.deepEqual(same.difference, { value: 0, low: 0, high: 0 })
  const many = await bootstrap([pooled(270, 0.1, 1)], [pooled(270, 0.1, 1)], options)
  assert.ok(many.torch.high - many.torch.low < 0.5 * (few.torch.high - few.torch.low))
})
