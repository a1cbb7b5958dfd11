import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gpuHasBf16 } from '#main/engine/runtime/gpu.ts'
import { alive } from '#main/engine/training/testing/watched-run.ts'
import { lossesOf, trainOnGpus } from './training.ts'

test('a run learns on the GPU, and its card is that of the GPU', async (t) => {
  const ran = await trainOnGpus(t)
  assert.deepEqual(ran.end, { outcome: 'done' })
  const losses = lossesOf(ran)
  assert.ok(losses.at(-1)! < losses[0]!, losses.join())
  const readings = ran.events.flatMap((event) => (event.event === 'device' ? event.samples : []))
  assert.ok(readings.length > 0)
  for (const { name, memoryTotal, memoryUsed } of readings) assert.ok(name && memoryUsed > 0 && memoryTotal > memoryUsed, JSON.stringify(readings[0]))
  assert.deepEqual(alive(ran.pids), [])
})

test('in bfloat16 it learns alike, where the GPU has it, and is refused elsewhere', async (t) => {
  const ran = await trainOnGpus(t, { precision: 'bf16' })
  if (!(await gpuHasBf16(0))) return assert.equal(ran.end.outcome, 'failed')
  const [full, half] = [lossesOf(await trainOnGpus(t)), lossesOf(ran)]
  assert.ok(Math.abs(half[0]! / full[0]! - 1) < 0.02, `${half[0]} and ${full[0]}`)
  assert.ok(half.at(-1)! < half[0]!, half.join())
})

test('a process that is killed is replaced, and the run ends as it should', async (t) => {
  let struck = false
  const ran = await trainOnGpus(t, {}, (event, { pids }) => {
    if (struck || event.event !== 'step' || event.step < 20) return
    struck = true
    process.kill(pids()[0]!, 'SIGKILL')
  })
  assert.deepEqual(ran.end, { outcome: 'done' })
  assert.equal(ran.events.filter(({ event }) => event === 'restart').length, 1)
  assert.equal(lossesOf(ran).length >= 4, true)
})
