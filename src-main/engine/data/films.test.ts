import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { IGNORED } from '#shared/domain/labels.ts'
import { readPlan, type RunPlan } from '../plan.ts'
import { Films } from './films.ts'
import { writeNpy } from './npy.ts'

let folder = ''
let plan: RunPlan
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'films-'))
  await writeNpy(join(folder, 'pack.npy'), Uint8Array.from({ length: 4 * 32 * 32 }, (_, i) => i >> 10), [4, 32, 32])
  await writeNpy(join(folder, 'labels.npy'), Uint8Array.from({ length: 4 * 14 }, (_, i) => (i % 5 ? i % 2 : IGNORED)), [4, 14])
  await writeNpy(join(folder, 'split.npy'), Uint8Array.of(0, 1, 0, 2), [4])
  const config = { model: 'resnet18', head: 'linear', preset: 'as-described', epochs: 1, batch: 2, workers: 1, device: 'cpu', size: 32, lr: 1e-3, seed: 1, augment: 'none' }
  await writeFile(join(folder, 'plan.json'), JSON.stringify({ run: 'r', config, pack: 'pack.npy', labels: 'labels.npy', split: 'split.npy' }))
  plan = await readPlan(folder)
})
after(() => rm(folder, { recursive: true }))

test('a batch holds the films and targets of its rows', async () => {
  await using films = await Films.open(plan)
  assert.deepEqual([[...films.train], [...films.validation]], [[0, 2], [1]])
  const { pixels, targets, size } = await films.batch(Int32Array.of(3, 1))
  assert.deepEqual([pixels[0], pixels[1023], pixels[1024], size], [3, 3, 1, 2])
  assert.deepEqual([...targets.subarray(0, 4)], [0, 1, 0, IGNORED])
})

test('files that do not belong together are named', async () => {
  const [short, empty] = [join(folder, 'short.npy'), join(folder, 'empty.npy')]
  await writeNpy(short, new Uint8Array(3 * 14), [3, 14])
  await writeNpy(empty, Uint8Array.of(0, 0, 2, 2), [4])
  await assert.rejects(Films.open({ ...plan, labels: short }), { code: 'PACK_MISMATCH', file: short })
  await assert.rejects(Films.open({ ...plan, split: empty }), { code: 'SPLIT_EMPTY', file: empty })
  await assert.rejects(Films.open({ ...plan, config: { ...plan.config, size: 64 } }), { code: 'PACK_MISMATCH', file: plan.pack })
})

test('a plan that cannot be followed says which of its fields is wrong', async () => {
  await writeFile(join(folder, 'plan.json'), JSON.stringify({ ...plan, config: { ...plan.config, size: 100 } }))
  await assert.rejects(readPlan(folder), (error: { code?: string; message?: string }) => error.code === 'PLAN_INVALID' && /config\.size/.test(error.message!))
})
