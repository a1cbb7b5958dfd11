import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseGpuLine } from './devices.ts'
import { describeFailure, failureError, isTransient, type RankFailure, rootCause } from './failure.ts'
import { asFromTrainer, asToTrainer } from './protocol.ts'
import { freeAddresses } from './ports.ts'
import { StepMeans } from './step-means.ts'

test('steps are joined when the last rank has reported, in any order', () => {
  const means = new StepMeans(2)
  const step = (n: number, loss: number): Parameters<StepMeans['add']>[1] => ({ step: n, epoch: 1, loss, lr: 0.1, imagesPerSecond: 10 })
  assert.equal(means.add(0, step(1, 1)), undefined)
  assert.equal(means.add(0, step(2, 5)), undefined)
  assert.deepEqual(means.add(1, step(1, 2)), { step: 1, epoch: 1, loss: 1.5, lr: 0.1, imagesPerSecond: 20 })
  assert.equal(means.add(1, step(2, 7))?.loss, 6)
})

test('a step that a lost rank did not come to report is told by the others', () => {
  const means = new StepMeans(3)
  const step = (n: number, loss: number): Parameters<StepMeans['add']>[1] => ({ step: n, epoch: 1, loss, lr: 0.1, imagesPerSecond: 10 })
  means.add(0, step(7, 1))
  means.add(2, step(7, 3))
  means.add(2, step(8, 9))
  assert.deepEqual(means.rest(7).map(({ step, loss }) => [step, loss]), [[7, 2]])
  assert.deepEqual(means.rest(7), [])
})

test('the root cause is the frozen or dead rank, not who was waiting for it', () => {
  const failure = (rank: number, rest: Partial<RankFailure>): RankFailure => ({ rank, output: [], ...rest })
  const echo = failure(0, { error: { code: 'COLLECTIVE_UNAVAILABLE', message: 'peer is gone' } })
  const dead = failure(1, { exit: { code: null, signal: 'SIGKILL' } })
  const cleared = failure(2, { exit: { code: null, signal: 'SIGKILL' }, killed: true })
  const own = failure(3, { error: { code: 'PACK_MISSING', message: 'The data set is gone.', file: 'films.npy' }, exit: { code: 1, signal: null } })
  const frozen = failure(4, { frozen: true, killed: true, exit: { code: null, signal: 'SIGKILL' } })
  assert.equal(rootCause([cleared, echo, dead]).rank, 1)
  assert.equal(rootCause([cleared, echo, own]).rank, 3)
  assert.equal(rootCause([cleared, echo]).rank, 0)
  assert.equal(rootCause([echo, dead, frozen]).rank, 4)
  assert.deepEqual([echo, dead, own, frozen].map(isTransient), [true, true, false, true])
  assert.equal(failureError(own).file, 'films.npy')
  assert.match(describeFailure(failure(0, { exit: { code: 1, signal: null }, output: ['Error: Cannot find module x', ''] })), /exit code 1 .*: Error: Cannot find module x$/)
})

test('a line of nvidia-smi, with figures that a card does not give', () => {
  assert.deepEqual(parseGpuLine('1, NVIDIA H100 80GB HBM3, 97, 40213, 81559, 612.34, 61'), {
    index: 1,
    reading: { name: 'NVIDIA H100 80GB HBM3', utilisation: 97, memoryUsed: 40213 * 2 ** 20, memoryTotal: 81559 * 2 ** 20, power: 612.34, temperature: 61 },
  })
  assert.equal(parseGpuLine('0, Quadro, 5, 1, 2, [N/A], [N/A]').reading.power, undefined)
})

test('messages that are not of the protocol are ignored', () => {
  for (const other of [null, 'start', { type: 'internal' }, { cmd: 'NODE_HANDLE' }]) {
    assert.equal(asFromTrainer(other), undefined)
    assert.equal(asToTrainer(other), undefined)
  }
  assert.equal(asToTrainer({ type: 'heartbeat' }), undefined)
  assert.equal(asFromTrainer({ type: 'finished', outcome: 'done' })?.type, 'finished')
})

test('free addresses differ', async () => {
  const addresses = await freeAddresses(8)
  assert.equal(new Set(addresses).size, 8)
  assert.ok(addresses.every((a) => /^127\.0\.0\.1:\d+$/.test(a)))
})
