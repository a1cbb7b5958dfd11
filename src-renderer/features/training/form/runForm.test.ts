import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInput, type MachineDevices } from '../../../../src-shared/contracts/training.ts'
import type { DatasetRow, Split } from '../../../../src-shared/domain/dataset.ts'
import { PAPER_POLICY } from '../../../../src-shared/domain/labels.ts'
import type { RunConfig } from '../../../../src-shared/domain/run.ts'
import { estimateRun } from './estimate.ts'
import { applyRecipe, changedOf, draftOf, machinesOf, newDraft, toInput, workerCommands, type RunDraft } from './draft.ts'
import { fieldOf, problemsOf, warningsOf } from './runForm.ts'

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

test('cost goes by the speed of one like it, all its stages counted', () => {
  const speed = { imagesPerSecond: 10, run: null, batch: 16, workers: 1 }
  const estimate = estimateRun({ ...draft, epochs: 3 }, 100, speed)!
  assert.deepEqual([estimate.stepsPerEpoch, estimate.epochs, estimate.seconds], [7, 3, 30])
  const tuned = estimateRun({ ...draft, init: 'imagenet', epochs: 3, freezeEpochs: 2, accumulate: 2 }, 100, speed)!
  assert.deepEqual([tuned.stepsPerEpoch, tuned.epochs, tuned.seconds], [4, 5, 50])
  assert.equal(estimateRun(draft, 100, null)!.seconds, null)
  assert.equal(estimateRun({ ...draft, batch: null }, 100, null), null)
})

test('options that are not touched are not sent; those that are come back in a duplicate', () => {
  const plain = runInput.parse(toInput(draft))
  assert.ok(['blur', 'freezeEpochs', 'weightDecay', 'accumulate', 'precision', 'cluster', 'patience'].every((option) => !(option in plain)))
  const asked: Partial<RunDraft> = {
    blur: 'all', freezeEpochs: 0, bodyLr: 1e-5, weightDecay: 0, accumulate: 4, clipNorm: 1, labelSmoothing: 0.1, posWeight: 'auto', patience: 3, precision: 'bf16',
    init: 'file', initFile: '/w.safetensors', machines: '10.0.0.1:4000\n10.0.0.2:4000', bind: '10.0.0.1', workers: 2, threads: 3,
  }
  const sent = runInput.parse(toInput({ ...draft, ...asked }))
  assert.deepEqual(sent.cluster, { workers: ['10.0.0.1:4000', '10.0.0.2:4000'], index: 0, bind: '10.0.0.1' })
  // What the main process keeps: the processes of all machines together.
  const config = { ...sent, workers: 4, batch: sent.batch!, device: 'cpu' } as RunConfig
  assert.deepEqual(draftOf(config, 'again'), { ...draft, ...asked, name: 'again' })
})

test('a group says how many of its options are set', () => {
  const fields = ['patience', 'maxRestarts', 'seed'] as const
  assert.equal(changedOf(draft, fields), 0)
  assert.equal(changedOf({ ...draft, patience: 3, seed: 1 }, fields), 2)
  assert.equal(changedOf({ ...draft, ratios: [70, 20, 10] }, ['ratios']), 1)
})

test('machines are told apart and counted', () => {
  assert.deepEqual(machinesOf(' a:1, b:2\nc:3 '), ['a:1', 'b:2', 'c:3'])
  const bad: [string, string[]][] = [['a:1', ['machines']], ['a:1 b', ['machines']], ['a:1 a:1', ['machines']], ['a:1 b:2', []]]
  for (const [machines, fields] of bad) assert.deepEqual(problems({ machines }), fields, machines)
  const [second, third] = workerCommands(['a:1', 'b:2', 'c:3'])
  assert.equal(second, `TF_CONFIG='{"cluster":{"worker":["a:1","b:2","c:3"]},"task":{"type":"worker","index":1}}' xclassifier worker --bind ADDRESS`)
  assert.match(third!, /"index":2/)
  assert.deepEqual(workerCommands(['127.0.0.1:1', '127.0.0.2:1']).map((command) => command.endsWith('worker')), [true])
})

test('what can start but will hardly do what was meant is warned of', () => {
  const warned = (change: Partial<RunDraft>, images: number | null = 1000): string[] => Object.keys(warningsOf({ ...draft, ...change }, machine, images))
  assert.deepEqual(warned({}), [])
  assert.deepEqual(warned({ workers: 9 }), ['workers'])
  assert.deepEqual(warned({ batch: 64, accumulate: 4 }, 200), ['batch'])
  assert.deepEqual(warned({ patience: 30 }), ['patience'])
  assert.deepEqual(warned({ bodyLr: 1e-2 }), ['bodyLr'])
  assert.deepEqual(warned({ machines: 'a:1 b:2' }), ['bind'])
  assert.deepEqual(warned({ machines: '127.0.0.1:1 127.0.0.2:1' }), [])
})
