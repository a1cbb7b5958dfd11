import assert from 'node:assert/strict'
import test from 'node:test'
import { MaybeSeen } from './maybeSeen.ts'

/** As label files name films: nearly equal texts, which a poor hash would take for each other. */
const path = (i: number): string => `CheXpert-v1.0-small/train/patient${String(i >> 2).padStart(5, '0')}/study${1 + (i & 1)}/view${1 + ((i >> 1) & 1)}_frontal.jpg`

test('what was added is always seen, and of what was not about as much as the filter is full', () => {
  const [seen, count] = [new MaybeSeen(), 400_000]
  for (let i = 0; i < count; i++) seen.add(path(i))
  for (let i = 0; i < count; i++) assert.ok(seen.has(path(i)), path(i))
  let wrong = 0
  for (let i = count; i < 2 * count; i++) wrong += Number(seen.has(path(i)))
  assert.ok(wrong / count < 0.02, `${wrong} of ${count}, a good hash errs in 4,700`)
  assert.ok(!new MaybeSeen().has(path(0)))
})
