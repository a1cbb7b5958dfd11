import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { architecture } from '../model/architecture.ts'
import { isTrained, sizeOf } from '../model/entries.ts'
import { initialise } from '../model/initialise.ts'
import { Collectives } from '../runtime/collectives.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'
import { Trace } from '../runtime/trace.ts'
import { controlsOf } from './adamw.ts'
import { bucketsOf, bySegment, elementsOf } from './buckets.ts'
import { Parameters } from './parameters.ts'
import { compileTrainStep, KEYS } from './step.ts'

const net = architecture({ model: 'densenetblur121d', head: 'linear' })

let runtime: Runtime
let parameters: Parameters
before(async () => {
  runtime = await openRuntime({ device: 'cpu' })
  parameters = new Parameters(net, { network: initialise(net, 1) })
})
after(() => runtime.close())

test('every trained entry is in one bucket, in the order of its segment; the last layers come first', () => {
  for (const most of [10_000, 1 << 20, Infinity]) {
    const buckets = bucketsOf(net, parameters.segments, most)
    const names = buckets.flatMap(({ entries }) => entries.map(({ name }) => name))
    assert.deepEqual(names.toSorted(), net.entries.filter(isTrained).map(({ name }) => name).toSorted())
    assert.ok(buckets.every((bucket) => elementsOf(bucket) <= most || bucket.entries.length === 1))
    const layer = (name: string): number => net.entries.findIndex((entry) => entry.name === name)
    const earliest = buckets.map(({ entries }) => layer(entries[0]!.name))
    assert.deepEqual(earliest, earliest.toSorted((a, b) => b - a))
    for (const [segment, parts] of bySegment(buckets, buckets)) {
      assert.deepEqual(parts.flatMap(({ entries }) => entries), segment.value.entries)
    }
  }
  assert.equal(bucketsOf(net, parameters.segments, Infinity).length, parameters.segments.length)
  const bytes = net.entries.filter(isTrained).reduce((sum, entry) => sum + 4 * sizeOf(entry), 0)
  assert.ok(bucketsOf(net, parameters.segments).length >= bytes / 2 ** 22)
})

interface Node {
  op: string
  inputs: number[]
  outputs: number[]
}

/** The nodes of a training step of one of two ranks, in program order. */
async function nodesOfStep(): Promise<Node[]> {
  const nodes: Node[] = []
  const { add, finish } = Trace.prototype
  const enough = new Error('traced')
  Trace.prototype.add = function (op, attributes, inputs, outputs) {
    const made = add.call(this, op, attributes, inputs, outputs)
    nodes.push({ op, inputs: inputs.flat(), outputs: made.map(({ id }) => id) })
    return made
  }
  // There is no second rank: the step is not to run.
  Trace.prototype.finish = () => {
    throw enough
  }
  try {
    const collectives = new Collectives({ worldSize: 2, rank: 0, hint: 'ring' })
    const step = compileTrainStep({ net, parameters, collectives, frozen: false, augment: false, white: 255, stage: 0 })
    const inputs = [tf.zeros([1, 32, 32, 1]) as tf.Tensor4D, tf.zeros([1, 14]) as tf.Tensor2D, tf.tensor1d(controlsOf({ groups: [0, 0, 0], momentum: 0.9 }, 1)), tf.tensor1d([1, 2], 'int32'), tf.scalar(0)] as const
    await assert.rejects(step(...inputs), enough)
  } finally {
    Object.assign(Trace.prototype, { add, finish })
  }
  return nodes
}

test('a reduction waits for no more of the backward pass than its bucket needs, and no state changes before the last', async () => {
  const nodes = await nodesOfStep()
  const maker = new Map(nodes.flatMap((node, i) => node.outputs.map((id) => [id, i] as const)))
  const ancestors = (of: number): Set<number> => {
    const found = new Set<number>()
    const waiting = [of]
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      for (const input of nodes[i]!.inputs) {
        const from = maker.get(input)
        if (from !== undefined && !found.has(from)) waiting.push(found.add(from) && from)
      }
    }
    return found
  }
  const reductions = nodes.flatMap(({ op }, i) => (op === 'CollectiveReduceV2' ? [i] : []))
  assert.equal(reductions.length, bucketsOf(net, parameters.segments).length + 1)
  const isBackward = (i: number): boolean => nodes[i]!.op === 'Conv2DBackpropInput'
  const all = nodes.filter(({ op }) => op === 'Conv2DBackpropInput').length
  const backward = reductions.map((i) => [...ancestors(i)].filter(isBackward).length)
  // Loss, stop and statistics, then the buckets: from the head, which needs nothing of it, to the stem, which needs it all.
  assert.equal(backward[0], 0)
  assert.deepEqual(backward, backward.toSorted((a, b) => a - b))
  assert.ok(backward[2]! < all / 10, `${backward} of ${all}`)
  assert.ok(backward.at(-1)! > 0.9 * all, `${backward} of ${all}`)
  const firstWrite = nodes.findIndex(({ op }) => /^Assign|^ResourceApply/.test(op))
  assert.ok(firstWrite > reductions.at(-1)!)
  assert.ok(reductions.length < KEYS.stage(1) - KEYS.stage(0))
})
