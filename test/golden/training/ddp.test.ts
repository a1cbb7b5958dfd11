import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freeAddresses } from '#main/engine/cluster/ports.ts'
import type { Job, Result } from './rank.ts'

interface Golden {
  ranks: number
  steps: number
  batch: number
  side: number
  lr: number
  /** Of each rank, by step. */
  losses: number[][]
  /** First values of weights, and of the means over the ranks of running statistics, after the last step. */
  mean: Record<string, number[]>
}
const golden = JSON.parse(readFileSync(new URL('ddp.json', import.meta.url), 'utf8')) as Golden

/** As many processes as jobs, at the same time. */
async function processes(...jobs: Omit<Job, 'rank' | 'tasks'>[]): Promise<Result[][]> {
  const tasks = jobs.length > 1 ? { tasks: await freeAddresses(jobs.length) } : {}
  return Promise.all(jobs.map(async (job, rank) => {
    const child = fork(join(import.meta.dirname, 'rank.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    child.send({ ...job, ...tasks, rank } satisfies Job)
    const ended = once(child, 'exit').then(([code]) => assert.equal(code, 0, `rank ${rank} ended with ${String(code)}`))
    const [result] = (await Promise.race([once(child, 'message'), ended.then(() => Promise.reject(new Error('it said nothing')))])) as [Result[]]
    await ended
    return result
  }))
}

const worst = (ours: readonly number[], theirs: readonly number[]): number => Math.max(...ours.map((value, i) => Math.abs(value - theirs[i]!)))

test('two ranks learn as torch\'s DistributedDataParallel does, each with the norms of its own batch', async () => {
  const { steps, batch, side, lr } = golden
  const job = { model: 'densenetblur121d' as const, steps, batch, side, lr }
  const ranks = (await processes({ ...job, films: [0] }, { ...job, films: [1] })).map(([result]) => result!)
  ranks.forEach(({ losses }, rank) => assert.ok(worst(losses, golden.losses[rank]!) < 1e-3, `rank ${rank}: ${losses} are not ${golden.losses[rank]}`))
  const means = golden.losses[0]!.map((loss, step) => (loss + golden.losses[1]![step]!) / 2)
  for (const rank of ranks) assert.ok(worst(rank.means, means) < 1e-3, `${rank.means} are not ${means}`)
  assert.equal(ranks[0]!.digest, ranks[1]!.digest)

  for (const [name, values] of Object.entries(golden.mean)) {
    const ours = ranks[0]!.state[name]!
    assert.ok(worst(ours, values) < 1e-3 * Math.max(1, ...values.map(Math.abs)), `${name}: ${ours} is not ${values}`)
  }
})

test('with norms by their running statistics, two ranks are one process with the batches of both; and no cut into buckets changes a bit', async () => {
  const job = { model: 'resnet18' as const, evaluating: true, steps: 1, batch: 3, side: 32, lr: 1e-3 }
  const [[alone]] = (await processes({ ...job, films: [0, 1] })) as [[Result]]
  const buckets = [50_000, 1 << 20, Infinity]
  const ranks = await processes({ ...job, buckets, films: [0] }, { ...job, buckets, films: [1] })
  for (const { means, moments } of ranks.flat()) {
    assert.ok(Math.abs(means[0]! - alone.losses[0]!) < 1e-6, `${means[0]} is not ${alone.losses[0]}`)
    // After one step Adam's first moment is a tenth of the gradient.
    for (const [name, values] of Object.entries(moments)) assert.ok(worst(values, alone.moments[name]!) < 1e-6, `${name}: ${values} is not ${alone.moments[name]}`)
  }
  const digests = new Set(ranks.flat().map(({ digest }) => digest))
  assert.equal(digests.size, 1)
})
