import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastDigests } from '#main/engine/training/testing/watched-run.ts'
import { lossesOf, trainOnGpus } from './training.ts'

test('two GPUs reduce over NCCL, hold the same state to the bit, and learn what one learns from the same global batch', async (t) => {
  const [one, two] = [await trainOnGpus(t), await trainOnGpus(t, { workers: 2, batch: 4 })]
  assert.deepEqual(two.end, { outcome: 'done' })
  assert.equal(new Set(lastDigests(two.folder, 2)).size, 1)
  // Each rank normalises by its own half of the batch, so they are alike and not equal.
  assert.ok(Math.abs(lossesOf(two)[0]! / lossesOf(one)[0]! - 1) < 0.1, `${lossesOf(two).join()} and ${lossesOf(one).join()}`)
})
