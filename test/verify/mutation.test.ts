/**
 * Ten thousand damaged films through reading, decoding, rewriting and import: nothing crashes, nothing hangs, memory stays bounded, the library stays whole.
 * `XCLASSIFIER_MUTATION=first,count` takes other seeds.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trial } from './mutation/trial.ts'

const [first, count] = (process.env.XCLASSIFIER_MUTATION ?? '1,10000').split(',').map(Number) as [number, number]

test(`${count} damaged films: each ends with its picture or a coded error that names it`, async (t) => {
  const { outcomes, imported, skipped, slowest, rss, failures } = await trial(t, first, count)
  t.diagnostic(`${Object.entries(outcomes).sort(([, a], [, b]) => b - a).map(([code, times]) => `${code} ${times}`).join(', ')}`)
  t.diagnostic(`${imported} imported, ${skipped} skipped; slowest task ${slowest.seconds.toFixed(2)} s; memory at most ${Math.round(rss / 2 ** 20)} MiB`)
  assert.deepEqual(failures.slice(0, 20), [])
  assert.ok(outcomes.ok! > count / 4, 'most damage should leave something to read, or the mutator is too rough')
  assert.ok(rss < 3 * 2 ** 30, `${rss} bytes`)
})
