import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { architecture } from '../architecture.ts'
import { isTrained, sizeOf } from '../entries.ts'
import { initialise } from '../initialise.ts'
import { readSafeTensors, writeSafeTensors } from './safetensors.ts'
import { exportState, importState } from './state.ts'

/** Written by the safetensors package: a F32 [2, 2], half F16 [4], brain BF16 [3], count I64 []. */
const PEER =
  'CAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJjb3VudCI6eyJkdHlwZSI6Ikk2NCIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbMCw4XX0sImEi' +
  'OnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6WzgsMjRdfSwiYnJhaW4iOnsiZHR5cGUiOiJCRjE2Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpb' +
  'MjQsMzBdfSwiaGFsZiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbNF0sImRhdGFfb2Zmc2V0cyI6WzMwLDM4XX19ICAHAAAAAAAAAAAAwD8AABDApptEOwDgf0fAP2L/ADwAPlW1AQD/ew=='

let folder = ''
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'weights-'))))
after(() => rm(folder, { recursive: true }))

test('a file of the safetensors package is read, half precision widened', async () => {
  const path = join(folder, 'peer.safetensors')
  await writeFile(path, Buffer.from(PEER, 'base64'))
  const { tensors, metadata } = await readSafeTensors(path)
  assert.deepEqual(metadata, { format: 'pt' })
  assert.deepEqual(tensors.get('a'), { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1.5, -2.25, 3e-3, 65504) })
  assert.deepEqual([...tensors.get('half')!.data], [1.5, -0.333251953125, 2 ** -24, 65504])
  assert.deepEqual([...tensors.get('brain')!.data], [1.5, Math.fround(-3.00405527047391e38), 0.0078125])
  assert.deepEqual(tensors.get('count'), { dtype: 'I64', shape: [], data: BigInt64Array.of(7n) })
})

test('a file cut off, of another kind or of another network is named', async () => {
  const path = join(folder, 'bad.safetensors')
  for (const bytes of [Buffer.from(PEER, 'base64').subarray(0, -1), Buffer.from('PK\x03\x04 some archive'), Buffer.alloc(3)]) {
    await writeFile(path, bytes)
    await assert.rejects(readSafeTensors(path), { code: 'WEIGHTS_FORMAT', file: path })
  }
  await assert.rejects(readSafeTensors(join(folder, 'none')), { code: 'WEIGHTS_MISSING' })
  const [small, large] = [architecture({ model: 'resnet18', head: 'linear' }), architecture({ model: 'densenet121', head: 'linear' })]
  assert.throws(() => importState(large, exportState(small, initialise(small, 1), 0), path), { code: 'WEIGHTS_MISMATCH', file: path })
})

test('a state goes to disk and back, with the keys of timm', async () => {
  const net = architecture({ model: 'densenetblur121d', head: 'linear' })
  assert.equal(net.entries.filter(isTrained).reduce((sum, entry) => sum + sizeOf(entry), 0), 6_987_438)
  const path = join(folder, 'state.safetensors')
  const state = initialise(net, 3)
  await writeSafeTensors(path, exportState(net, state, 12, { run: 'r' }))
  const read = await readSafeTensors(path)
  assert.equal(read.tensors.size, 739)
  assert.deepEqual(read.tensors.get('features.conv0.weight')!.shape, [32, 3, 3, 3])
  assert.deepEqual(read.tensors.get('features.norm0.num_batches_tracked')!.data, BigInt64Array.of(12n))
  assert.deepEqual(importState(net, read, path), state)
})

test('weights of another number of classes give the body, and the head stays random', () => {
  const [net, pooled] = [architecture({ model: 'densenetblur121d', head: 'linear' }), architecture({ model: 'densenetblur121d', head: 'concat-pool' })]
  assert.equal(pooled.entries.filter(isTrained).reduce((sum, entry) => sum + sizeOf(entry), 0), 8_033_952)
  const [given, random] = [initialise(net, 1), initialise(pooled, 2)]
  const state = importState(pooled, exportState(net, given, 0), 'file', random)
  assert.deepEqual(state.get('features.conv0.weight'), given.get('features.conv0.weight'))
  assert.equal(state.get('head.linear1.weight'), random.get('head.linear1.weight'))
})

test('random weights have the spread of timm\'s', () => {
  const state = initialise(architecture({ model: 'densenetblur121d', head: 'linear' }), 1)
  const spread = (name: string): number => Math.sqrt(state.get(name)!.reduce((sum, value) => sum + value * value, 0) / state.get(name)!.length)
  for (const [name, deviation] of [['features.denseblock4.denselayer1.conv1.weight', Math.sqrt(2 / 512)], ['classifier.weight', 1 / Math.sqrt(3 * 1024)]] as const) {
    assert.ok(Math.abs(spread(name) / deviation - 1) < 0.02, `${name}: ${spread(name)}`)
  }
})
