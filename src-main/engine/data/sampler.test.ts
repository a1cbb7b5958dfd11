import assert from 'node:assert/strict'
import { test } from 'node:test'
import { torchRandperm } from './permutation.ts'
import { stepsPerEpoch, trainingShard, validationShard } from './sampler.ts'

const rows = Int32Array.from({ length: 101 }, (_, i) => 1000 + i)

test('ranks stride through one seeded order, so that a global batch is the same films whatever the ranks', () => {
  const [one, two, other] = [
    trainingShard(rows, 3, 7, { ranks: 1, rank: 0, batch: 8 }),
    trainingShard(rows, 3, 7, { ranks: 2, rank: 0, batch: 4 }),
    trainingShard(rows, 3, 7, { ranks: 2, rank: 1, batch: 4 }),
  ]
  assert.equal(one.steps, 12)
  assert.equal(two.steps, 12)
  assert.deepEqual([...one.rows], [...torchRandperm(101, 10)].slice(0, 96).map((i) => 1000 + i))
  for (let step = 0; step < 12; step++) {
    const global = [...two.rows.subarray(4 * step, 4 * step + 4), ...other.rows.subarray(4 * step, 4 * step + 4)]
    assert.deepEqual(new Set(global), new Set(one.rows.subarray(8 * step, 8 * step + 8)))
  }
  assert.notDeepEqual(one.rows, trainingShard(rows, 4, 7, { ranks: 1, rank: 0, batch: 8 }).rows)
})

test('fewer images than one global batch make one batch', () => {
  const few = rows.subarray(0, 5)
  assert.equal(stepsPerEpoch(5, { ranks: 2, batch: 4 }), 1)
  const shards = [0, 1].map((rank) => trainingShard(few, 0, 0, { ranks: 2, rank, batch: 4 }))
  assert.deepEqual(new Set(shards.flatMap((shard) => [...shard.rows])), new Set(few))
  assert.equal(shards.reduce((sum, shard) => sum + shard.real.reduce((a, b) => a + b), 0), 5)
})

test('validation sees every row once, whatever ranks and batch', () => {
  for (const ranks of [1, 2, 3]) {
    for (const batch of [1, 8, 200]) {
      const shards = Array.from({ length: ranks }, (_, rank) => validationShard(rows, { ranks, rank, batch }))
      const seen = shards.flatMap((shard) => [...shard.rows].filter((_, i) => shard.real[i]))
      assert.deepEqual(seen.sort((a, b) => a - b), [...rows])
      assert.ok(shards.every((shard) => shard.steps === shards[0]!.steps && shard.rows.length === shard.steps * batch))
    }
  }
})
