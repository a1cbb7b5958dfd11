import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInput, type MachineDevices, type RunRow } from '../../../src-shared/contracts/training.ts'
import type { DatasetRow, Split } from '../../../src-shared/domain/dataset.ts'
import { PAPER_POLICY } from '../../../src-shared/domain/labels.ts'
import { estimateRun } from './estimate.ts'
import { applyRecipe, fieldOf, newDraft, problemsOf, toInput, type RunDraft } from './runForm.ts'

const machine: MachineDevices = { cpu: { model: 'x', cores: 8, memoryTotal: 1 }, gpus: [], imagenetInstalled: false, defaults: { device: 'cpu', workers: 1, batch: 16 } }
const dataset = { id: 'ds1', hasFiles: true } as DatasetRow
const leaking = { leakage: { patients: 0.86, studies: 0.24 } } as Split
const draft = newDraft('ds1', PAPER_POLICY, machine)
const problems = (change: Partial<RunDraft>, split?: Split) => Object.keys(problemsOf({ ...draft, ...change }, { machine, dataset, split }))

test('the form starts with something that can run on this machine', () => {
  assert.deepEqual(problems({}), [])
  assert.equal(draft.init, 'random', 'without ImageNet weights')
  assert.equal(newDraft('ds1', PAPER_POLICY, { ...machine, imagenetInstalled: true }).init, 'imagenet')
})

test('what the contract would refuse is told at its field before', () => {
  const bad: [Partial<RunDraft>, string][] = [[{ size: 208 }, 'size'], [{ size: null }, 'size'], [{ epochs: 0 }, 'epochs'], [{ batch: 1.5 }, 'batch'], [{ lr: 0 }, 'lr'], [{ seed: -1 }, 'seed'], [{ ratios: [80, 10, null] }, 'ratios'], [{ init: 'imagenet' }, 'init'], [{ init: 'file', initFile: ' ' }, 'initFile'], [{ device: 'gpu', workers: 2 }, 'workers']]
  for (const [change, field] of bad) assert.deepEqual(problems(change), [field], JSON.stringify(change))
  assert.match(problemsOf({ ...draft, size: 200 }, { machine, dataset, split: undefined }).size!, /192/)
})

test('a leaking split needs a reason, and only a leaking one', () => {
  assert.deepEqual(problems({ split: 'image' }, leaking), ['allowLeakage'])
  assert.deepEqual(problems({ split: 'image', allowLeakage: 'to compare' }, leaking), [])
  assert.deepEqual(problems({ split: 'image' }, { leakage: { patients: 0, studies: 0 } } as Split), [])
})

test('the paper\'s recipes bring their split and its reason, and going back takes them away', () => {
  const released = applyRecipe({ ...draft, name: 'mine' }, 'as-released', machine)
  assert.deepEqual([released.split, released.head, released.preset, released.name, released.dataset], ['image', 'concat-pool', 'as-released', 'mine', 'ds1'])
  assert.ok(released.allowLeakage)
  assert.deepEqual(problemsOf({ ...released, ratios: [1, 1, 1] }, { machine, dataset, split: leaking }), {}, 'the released script has its own shares')
  assert.equal(applyRecipe(released, 'as-described', machine).head, 'linear')
  assert.equal(applyRecipe(released, 'recommended', machine).allowLeakage, '')
})

test('what is sent passes the contract', () => {
  const sent = runInput.parse(toInput({ ...draft, name: ' first ', init: 'file', initFile: ' /w.safetensors ', allowLeakage: ' ' }))
  assert.deepEqual([sent.name, sent.init, sent.allowLeakage, sent.batch, sent.device], ['first', '/w.safetensors', undefined, 16, 'cpu'])
})

test('errors find their field', () => {
  assert.deepEqual([fieldOf('INIT_UNAVAILABLE'), fieldOf('NO_GPU'), fieldOf('INTERNAL')], ['init', 'device', null])
})

test('cost goes by the newest like run', () => {
  const run = (size: number, imagesPerSecond: number) => ({ imagesPerSecond, config: { model: 'densenetblur121d', size, device: 'cpu', workers: 1 } }) as RunRow
  const estimate = estimateRun({ ...draft, epochs: 3 }, 100, [run(128, 50), run(224, 10), run(224, 20)])!
  assert.deepEqual([estimate.stepsPerEpoch, estimate.epochs, estimate.seconds], [7, 3, 30])
  assert.equal(estimateRun(draft, 100, [])!.seconds, null)
  assert.equal(estimateRun({ ...draft, batch: null }, 100, []), null)
})
