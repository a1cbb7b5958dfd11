import assert from 'node:assert/strict'
import { test } from 'node:test'
import { between, dragged, presetsOf, quantiles } from './windows.ts'

const ramp = { pixels: Uint16Array.from({ length: 1001 }, (_, i) => (i * 8) % 1001), slope: 2, intercept: -100 }

test('quantiles are those of the sorted values after the modality LUT', () => {
  assert.deepEqual(quantiles(ramp, [0, 50, 100]), [-100, 900, 1900])
  assert.deepEqual(quantiles({ ...ramp, slope: -1, intercept: 0 }, [0, 100]), [-1000, 0])
})

test("the file's windows come first, and never more than five", () => {
  const own = ['A', 'B', 'C', 'D'].map((name) => ({ name, center: 1, width: 2 }))
  assert.deepEqual(presetsOf([], ramp).map(({ name }) => name), ['Percentile 0.5–99.5', 'Minimum–maximum', 'Percentile 5–95'])
  assert.deepEqual(presetsOf(own, ramp).map(({ name }) => name), ['A', 'B', 'C', 'Percentile 0.5–99.5', 'Minimum–maximum'])
  assert.deepEqual(presetsOf([], ramp)[1], { name: 'Minimum–maximum', center: 900, width: 2000 })
})

test('a flat film still gets a window', () => {
  assert.deepEqual(between(5, 5), { center: 5, width: 1 })
})

test('dragging up raises the centre, to the right widens, and the width stays positive', () => {
  const from = { center: 100, width: 200 }
  assert.ok(dragged(from, 0, -10, 800).center > 100)
  assert.ok(dragged(from, 10, 0, 800).width > 200)
  assert.equal(dragged(from, -10_000, 0, 800).width, 1)
})
