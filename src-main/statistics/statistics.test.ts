import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { EstimateByLabel } from '#shared/domain/evaluation.ts'
import { LABELS } from '#shared/domain/labels.ts'
import { performanceOf, wilson } from '#shared/statistics/intervals.ts'
import { bootstrap } from './bootstrap.ts'
import { confusionAt, curvePoints, thinned, youdenThreshold } from './curves.ts'
import { bandsOf, estimatesOf } from './estimates.ts'
import { cellsOf, type Judged } from './judged.ts'
import { calibrationMeasure, curveMeasure, GRID, rankMeasure } from './measures.ts'
import { ranking } from './ranking.ts'
import { BINS, binned, binOf, calibrationFigures, reliability } from './reliability.ts'
import { pooled, TEMPERATURES, temperatureOf } from './temperature.ts'

type Numbers = (number | null)[]
interface Intervals {
  macroInterval: Numbers
  intervals: Numbers[]
}
interface Golden {
  seed: number
  resamples: number
  figures: Record<'auc' | 'ap' | 'ece' | 'brier', Intervals & { macro: number; perLabel: Numbers; otherSeed: Intervals }>
  bands: Record<string, { point: Numbers; low: Numbers; high: Numbers }>
  bandResamples: number
  roc: ({ fpr: number[]; tpr: number[]; thresholds: number[] } | null)[]
  thresholds: Numbers
  temperatures: Numbers
  globalTemperature: number
  eceCalibrated: Numbers
  reliability: { bins: number[]; counts: number[]; true: number[]; predicted: number[] }
}
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../test/golden/evaluation/${name}.json`, import.meta.url), 'utf8'))
const golden = read('figures') as Golden
const stored = read('predictions') as { logits: number[]; targets: number[]; patients: number[] }
const judged: Judged = { logits: Float32Array.from(stored.logits), targets: Uint8Array.from(stored.targets), patients: Int32Array.from(stored.patients), patientCount: 90 }
const cells = LABELS.map((_, label) => cellsOf(judged, label))
const rankings = cells.map(ranking)
const unhurried = { pause: () => Promise.resolve() }

const near = (found: number | null | undefined, wanted: number | null | undefined, tolerance: number, what: string): void =>
  assert.ok(found === wanted || (typeof found === 'number' && typeof wanted === 'number' && Math.abs(found - wanted) <= tolerance), `${what}: ${found} is not ${wanted}`)

/** Largest distance between the ends of two lists of intervals. */
const apart = (found: EstimateByLabel, wanted: Intervals): number => {
  const pairs = [[found.ci95, wanted.macroInterval] as const, ...LABELS.map((label, i) => [found.perLabel[label].ci95, wanted.intervals[i]!] as const)]
  return Math.max(...pairs.flatMap(([ours, theirs]) => [0, 1].map((end) => (ours && typeof theirs[end] === 'number' ? Math.abs(ours[end]! - theirs[end]!) : ours === null && theirs[end] === null ? 0 : Infinity))))
}

test('AUC, AP, ECE and Brier are those of scikit-learn, and so are their intervals with the same draws of patients', async () => {
  const { seed, resamples } = golden
  const [ranks, calibration] = await bootstrap([rankMeasure(rankings), calibrationMeasure(cells.map((own) => binned(own)))], judged.patientCount, { ...unhurried, seed, resamples })
  const ours = { auc: estimatesOf(ranks!), ap: estimatesOf(ranks!, LABELS.length), ece: estimatesOf(calibration!), brier: estimatesOf(calibration!, LABELS.length) }
  for (const name of ['auc', 'ap', 'ece', 'brier'] as const) {
    near(ours[name].macro, golden.figures[name].macro, 1e-12, `macro ${name}`)
    LABELS.forEach((label, i) => near(ours[name].perLabel[label].value, golden.figures[name].perLabel[i]!, 1e-12, `${name} of ${label}`))
    assert.ok(apart(ours[name], golden.figures[name]) < 1e-9, `intervals of ${name}: ${apart(ours[name], golden.figures[name])} apart`)
    // Another seed differs, by no more than 1,000 resamples leave to chance.
    const other = apart(ours[name], golden.figures[name].otherSeed)
    assert.ok(other > 0 && other < 0.04, `${name}, another seed: ${other} apart`)
  }
  assert.deepEqual([ours.auc.defined, ours.ap.defined, ours.ece.defined], [12, 12, 14], 'a label with one class has no AUC, but a calibration')
})

test('ROC points, thresholds and confusions are those of scikit-learn', () => {
  LABELS.forEach((label, i) => {
    near(youdenThreshold(rankings[i]!), golden.thresholds[i]!, 1e-12, `threshold of ${label}`)
    const curve = golden.roc[i]
    if (!curve) return
    const points = curvePoints(rankings[i]!)
    const { tp: positives, fp: negatives } = points.at(-1)!
    assert.equal(points.length, curve.fpr.length)
    points.forEach(({ threshold, tp, fp }, k) => {
      near(threshold, curve.thresholds[k]!, 1e-12, 'threshold')
      near(tp / positives, curve.tpr[k]!, 1e-12, 'sensitivity')
      near(fp / negatives, curve.fpr[k]!, 1e-12, '1 - specificity')
      if (k % 20 === 0) assert.deepEqual(confusionAt(rankings[i]!, threshold), { tp, fp, fn: positives - tp, tn: negatives - fp })
    })
  })
})

test('of thresholds that gain alike the highest is taken, as the first of argmax; one class has none', () => {
  const ranks = (targets: number[]) => ranking({ logits: Float32Array.of(4, 3, 2, 1), targets: Uint8Array.from(targets), patients: new Int32Array(4) })
  assert.equal(youdenThreshold(ranks([1, 0, 1, 0])), 1 / (1 + Math.exp(-4)))
  assert.equal(youdenThreshold(ranks([0, 0, 1, 1])), 1 / (1 + Math.exp(-1)))
  assert.equal(youdenThreshold(ranks([1, 1, 1, 1])), null)
})

test('the bands of both curves are the percentiles of interpolated curves', async () => {
  const [sampled] = await bootstrap([curveMeasure(rankings)], judged.patientCount, { ...unhurried, seed: golden.seed, resamples: golden.bandResamples })
  for (const [name, wanted] of Object.entries(golden.bands)) {
    const label = Number(name)
    const bands = bandsOf(sampled!, label)
    sampled!.point.subarray(2 * GRID * label, 2 * GRID * (label + 1)).forEach((value, i) => near(value, wanted.point[i], 1e-12, `curve ${label} at ${i}`))
    const [low, high] = [[...(bands?.roc.low ?? []), ...(bands?.pr.low ?? [])], [...(bands?.roc.high ?? []), ...(bands?.pr.high ?? [])]]
    assert.equal(low.length, 2 * GRID)
    low.forEach((value, i) => near(value, wanted.low[i], 1e-9, `low ${label} at ${i}`))
    high.forEach((value, i) => near(value, wanted.high[i], 1e-9, `high ${label} at ${i}`))
  }
  assert.equal(bandsOf(sampled!, 3), null)
})

test('reliability bins are those of calibration_curve, edges included', () => {
  const bins = reliability(binned(cells[0]!))
  assert.deepEqual(bins.map(({ films }) => films), golden.reliability.counts)
  golden.reliability.bins.forEach((bin, i) => {
    near(bins[bin]!.mean, golden.reliability.predicted[i], 1e-12, 'mean')
    near(bins[bin]!.positives / bins[bin]!.films, golden.reliability.true[i], 1e-12, 'share')
  })
  for (let edge = 1; edge < BINS; edge++) assert.deepEqual([binOf(edge * (1 / BINS)), binOf(edge * (1 / BINS) + 1e-15)], [edge - 1, edge])
  assert.deepEqual([binOf(0), binOf(1)], [0, BINS - 1])
})

test('temperatures are where the cross-entropy is least, and they calibrate', () => {
  cells.forEach((own, i) => {
    const wanted = golden.temperatures[i]
    if (wanted === null || wanted === undefined) return
    const temperature = temperatureOf(own)
    near(temperature, wanted, 1e-4, `temperature ${i}`)
    const everyone = new Uint8Array(judged.patientCount).fill(1)
    near(calibrationFigures(binned(own, temperature), everyone)?.ece, golden.eceCalibrated[i], 2e-3, `calibrated ECE ${i}`)
  })
  near(temperatureOf(pooled(cells)), golden.globalTemperature, 1e-4, 'of all labels')
  assert.equal(temperatureOf({ logits: Float32Array.of(-1, 2), targets: Uint8Array.of(0, 1) }), TEMPERATURES.least, 'no error: as sure as may be')
  assert.equal(temperatureOf({ logits: Float32Array.of(-1, 2), targets: Uint8Array.of(1, 0) }), TEMPERATURES.most, 'only errors: as unsure as may be')
  assert.equal(temperatureOf({ logits: new Float32Array(), targets: new Uint8Array() }), 1)
})

test('a thinned curve keeps its ends and the thresholds that are named', () => {
  const points = Array.from({ length: 5000 }, (_, i) => ({ threshold: 1 - i / 5000, tp: Math.floor(i / 2), fp: Math.ceil(i / 2) }))
  const few = thinned(points, [points[1234]!.threshold, points[4998]!.threshold])
  assert.ok(few.length <= 202 && few.includes(points[1234]!) && few.includes(points[4998]!))
  assert.deepEqual([few[0], few.at(-1)], [points[0], points.at(-1)])
  assert.equal(thinned(points.slice(0, 9), []).length, 9)
})

test('Wilson intervals: values of the literature, and never outside 0 to 1', () => {
  // Newcombe, Statistics in Medicine 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29.
  for (const [hits, of, low, high] of [[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611], [1, 29, 0.0061, 0.1718]] as const) {
    const found = wilson(hits, of)!
    assert.deepEqual(found.map((end) => end.toFixed(4)), [low.toFixed(4), high.toFixed(4)])
  }
  assert.deepEqual(wilson(20, 20)![1], 1)
  assert.equal(wilson(0, 0), null)
  const { sensitivity, ppv } = performanceOf({ tp: 0, fp: 0, fn: 4, tn: 6 })
  assert.deepEqual([sensitivity.value, sensitivity.of, ppv.value, ppv.ci95], [0, 4, null, null])
})
