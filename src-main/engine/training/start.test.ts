import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { PAPER_POLICY } from '#shared/domain/labels.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import { architecture, type Architecture } from '../model/architecture.ts'
import { initialise } from '../model/initialise.ts'
import { writeSafeTensors, type SafeTensors } from '../model/weights/safetensors.ts'
import { exportState } from '../model/weights/state.ts'
import type { RunPlan } from '../plan.ts'
import { startLineage, startState } from './start.ts'
import { tinyNetwork } from './testing/network.ts'

const config: RunConfig = {
  dataset: 'none', split: 'patient', splitSeed: 42, ratios: [80, 10, 10], policy: PAPER_POLICY, model: 'densenetblur121d', head: 'linear', preset: 'as-described',
  epochs: 1, batch: 4, workers: 1, device: 'cpu', size: 32, lr: 1e-3, seed: 5, init: 'imagenet', augment: 'none', maxRestarts: 0,
}
const zeros = (shape: number[]) => ({ dtype: 'F32' as const, shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) })

let folder = ''
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'start-'))))
after(() => rm(folder, { recursive: true }))

/** A file as timm publishes it, with ImageNet's classifier, after some change. */
async function published(name: string, net: Architecture, change: (tensors: SafeTensors['tensors']) => void = () => undefined): Promise<RunPlan> {
  const file = exportState(net, initialise(net, 77), 0)
  const head = net.classifier
  file.tensors.set(`${head}.weight`, zeros([1000, net.features]))
  file.tensors.set(`${head}.bias`, zeros([1000]))
  change(file.tensors)
  const weights = join(folder, `${name}.safetensors`)
  await writeSafeTensors(weights, file)
  return { run: 'r', config, pack: '', labels: '', split: '', weights }
}

test('published weights give the body; the classifier of 1,000 classes is dropped and the head random', async () => {
  const net = architecture({ model: 'densenetblur121d', head: 'linear' })
  const plan = await published('right', net)
  const sha256 = createHash('sha256').update(await readFile(plan.weights!)).digest('hex')
  const state = await startState({ ...plan, weightsSha256: sha256 }, net)
  const [given, random] = [initialise(net, 77), initialise(net, config.seed)]
  const bytes = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  for (const { name } of net.entries) {
    const expected = (name.startsWith('classifier.') ? random : given).get(name)!
    assert.ok(bytes(state.get(name)!).equals(bytes(expected)), name)
  }
  assert.deepEqual(startLineage({ ...plan, weightsSha256: sha256 }), { file: 'right.safetensors', sha256 })
})

test('a file that is no longer the one of the plan is refused; random weights have no lineage', async () => {
  const net = tinyNetwork()
  const { weights, ...none } = await published('changed', net)
  await assert.rejects(startState({ ...none, weights: weights!, weightsSha256: '0'.repeat(64) }, net), { code: 'WEIGHTS_CHANGED', file: weights })
  assert.equal(startLineage(none), undefined)
  assert.deepEqual(await startState(none, net), initialise(net, config.seed))
})

test('weights of another kind are refused, the differences named', async () => {
  const net = tinyNetwork()
  const cases: [string, (tensors: SafeTensors['tensors']) => void, RegExp][] = [
    ['shape', (tensors) => tensors.set('conv.weight', zeros([8, 3, 5, 5])), /one tensor differs:\n  conv\.weight is F32 \[8, 3, 5, 5\] in the file and must be F32 \[8, 3, 3, 3\]$/],
    ['lacking', (tensors) => tensors.delete('seen.running_var'), /seen\.running_var F32 \[8\] is missing$/],
    ['more', (tensors) => tensors.set('conv9.weight', zeros([1])), /conv9\.weight F32 \[1\] is in the file only$/],
  ]
  for (const [name, change, message] of cases) {
    const plan = await published(name, net, change)
    await assert.rejects(startState(plan, net), { code: 'WEIGHTS_MISMATCH', file: plan.weights, message })
  }
})
