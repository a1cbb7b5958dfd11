import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { RateCurve, suggestRate, SWEEP, sweepRate } from './rates.ts'

type Case = { losses: number[]; lrs: number[]; smooth: number[]; suggestion: number }
const cases = JSON.parse(readFileSync(new URL('../../../test/golden/training/rates.json', import.meta.url), 'utf8')) as Case[]

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(b)

test('rates, smoothed losses, the end of the sweep and the suggestion are fastai\'s', () => {
  assert.ok(cases.some(({ lrs }) => lrs.length < SWEEP.steps) && cases.some(({ lrs }) => lrs.length === SWEEP.steps))
  for (const [index, { losses, lrs, smooth, suggestion }] of cases.entries()) {
    const curve = new RateCurve()
    const ends = losses.map((loss, step) => curve.add(sweepRate(step), loss))
    assert.deepEqual(ends.slice(0, -1).filter(Boolean), [], `case ${index}`)
    assert.equal(ends.at(-1), lrs.length < SWEEP.steps, `case ${index}`)
    curve.points.forEach(({ lr, loss }, i) => assert.ok(near(lr, lrs[i]!) && near(loss, smooth[i]!), `case ${index}, step ${i}`))
    assert.ok(near(suggestRate(curve.points)!, suggestion), `case ${index}: ${suggestRate(curve.points)} is not ${suggestion}`)
  }
})

test('a loss that is no number ends the sweep, and a short curve suggests nothing', () => {
  const curve = new RateCurve()
  assert.equal(curve.add(1e-7, 0.7), false)
  assert.equal(curve.add(1e-6, NaN), true)
  assert.equal(suggestRate(curve.points), null)
})
