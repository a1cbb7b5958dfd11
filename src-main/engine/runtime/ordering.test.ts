import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ordering } from './ordering.ts'

/** Feeds ops in program order; returns what each waits for. Nodes are numbered by position. */
function waits(...ops: [op: string, ...resources: number[]][]): { before: number[][]; effects: number[] } {
  const ordering = new Ordering()
  const before = ops.map(([op, ...resources], node) => {
    const nodes = ordering.before(op, resources)
    ordering.after(op, node, resources, true)
    return nodes.sort((a, b) => a - b)
  })
  return { before, effects: ordering.effects }
}

test('a read waits for the last write, a write for the reads and the write before it, per resource', () => {
  const { before, effects } = waits(['ReadVariableOp', 1], ['AssignVariableOp', 1], ['ReadVariableOp', 1], ['ReadVariableOp', 1], ['AssignAddVariableOp', 1], ['ReadVariableOp', 2], ['ReadVariableOp', 1])
  assert.deepEqual(before, [[], [0], [1], [1], [1, 2, 3], [], [4]])
  assert.deepEqual(effects, [1, 4]) // reads may be pruned, writes not
})

test('an op on several resources waits for all of them', () => {
  const { before } = waits(['AssignVariableOp', 1], ['AssignVariableOp', 2], ['ReadVariableOp', 3], ['ResourceApplyAdam', 1, 2, 3], ['ReadVariableOp', 3])
  assert.deepEqual(before[3], [0, 1, 2])
  assert.deepEqual(before[4], [3])
})

test('collectives form a chain, and no write comes before the last of them', () => {
  const { before } = waits(['CollectiveReduceV2'], ['CollectiveReduceV2'], ['ReadVariableOp', 1], ['AssignSubVariableOp', 1], ['CollectiveReduceV2'], ['AssignSubVariableOp', 2])
  assert.deepEqual(before, [[], [0], [], [1, 2], [1], [4]])
})
