import assert from 'node:assert/strict'
import { test } from 'node:test'
import { corpus } from '../verify/mutation/corpus.ts'
import { mutate } from '../verify/mutation/mutator.ts'
import { trial } from '../verify/mutation/trial.ts'

test('150 damaged films through reading, decoding and import; `npm run verify -- mutation` takes 10,000', async (t) => {
  const { films, outcomes, imported, skipped, failures } = await trial(t, 1, 150)
  assert.deepEqual(failures, [])
  assert.equal(films, 150)
  assert.ok(imported > 0 && skipped > 0 && Object.keys(outcomes).length > 4)
})

test('the same seed does the same damage, another does other', () => {
  const { bytes } = corpus().find(({ name }) => name === 'j2k-90.dcm')!
  assert.deepEqual(mutate(bytes, 7), mutate(bytes, 7))
  assert.notDeepEqual(mutate(bytes, 7).bytes, mutate(bytes, 8).bytes)
  const kinds = new Set(Array.from({ length: 200 }, (_, seed) => mutate(bytes, seed).done).flat())
  assert.equal(kinds.size, 11)
})
