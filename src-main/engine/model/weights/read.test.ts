import assert from 'node:assert/strict'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { CodedError } from '#shared/errors.ts'
import { Mersenne } from '../../data/mersenne.ts'
import { architecture } from '../architecture.ts'
import { differences } from './compare.ts'
import { readWeights } from './read.ts'
import { writeSafeTensors } from './safetensors.ts'
import { importState } from './state.ts'

const FILES = join(import.meta.dirname, '../../../../test/golden/model/torch')
const file = (name: string): string => join(FILES, `${name}.pth`)
type Golden = Record<string, { shape: number[]; values: (number | string)[] }>

let folder = ''
let golden: Golden = {}
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torch-'))
  golden = JSON.parse(await readFile(join(FILES, 'state.json'), 'utf8')) as Golden
})
after(() => rm(folder, { recursive: true }))

for (const name of ['zip', 'legacy', 'wrapped', 'protocol5']) {
  test(`${name}: every tensor has the shape and the values that torch reads, strides, views and all types`, async () => {
    const { tensors } = await readWeights(file(name))
    assert.deepEqual([...tensors.keys()], Object.keys(golden))
    for (const [key, { shape, values }] of Object.entries(golden)) {
      const found = tensors.get(key)!
      assert.deepEqual(found.shape, shape, key)
      const expected = found.dtype === 'I64' ? values.map((v) => (v === 'True' ? 1n : v === 'False' ? 0n : BigInt(v))) : values.map((v) => Math.fround(Number(v)))
      assert.deepEqual([...found.data], expected, key)
    }
  })
}

const EXPLOITS = { 'exploit-system': 'posix.system', 'exploit-eval': /^(builtins|__builtin__)\.eval$/, 'exploit-stack': 'posix.system', 'exploit-inst': 'os.system', namespace: 'argparse.Namespace' }
for (const [name, global] of Object.entries(EXPLOITS)) {
  test(`${name}: refused by the name of its global, and nothing of it has run`, async () => {
    await assert.rejects(readWeights(file(name)), (error) => {
      assert.ok(error instanceof CodedError)
      assert.equal(error.code, 'WEIGHTS_UNSAFE')
      assert.equal(error.file, file(name))
      const named = /asks for "([^"]+)"/.exec(error.message)?.[1] ?? ''
      assert.ok(typeof global === 'string' ? named === global : global.test(named), named)
      return true
    })
    await assert.rejects(access('exploited'))
  })
}

test('what is no file of torch.save, or holds no weights by name, is said to be so', async () => {
  await assert.rejects(readWeights(file('plain')), { code: 'WEIGHTS_FORMAT' })
  await assert.rejects(readWeights(join(folder, 'none.pth')), { code: 'WEIGHTS_MISSING' })
  const text = join(folder, 'text.pth')
  await writeFile(text, 'PK\x03\x04 are the first letters')
  await assert.rejects(readWeights(text), { code: 'WEIGHTS_FORMAT', message: /no whole archive/ })
})

test('damaged files end in a coded error, whatever was hit', async () => {
  const random = new Mersenne(11)
  const damaged = join(folder, 'damaged.pth')
  const codes = new Set<string>()
  for (const name of ['zip', 'legacy']) {
    const whole = await readFile(file(name))
    for (let round = 0; round < 150; round++) {
      const bytes = Buffer.from(round % 3 ? whole : whole.subarray(0, Math.floor(random.uniform() * whole.length)))
      for (let hits = 1 + Math.floor(4 * random.uniform()); hits > 0 && bytes.length; hits--) bytes[Math.floor(random.uniform() * bytes.length)] = Math.floor(256 * random.uniform())
      await writeFile(damaged, bytes)
      await readWeights(damaged).catch((error: unknown) => {
        assert.ok(error instanceof CodedError, `${name} ${round}: ${(error as Error).stack}`)
        codes.add(error.code)
      })
    }
  }
  assert.ok(codes.has('WEIGHTS_FORMAT') && codes.has('WEIGHTS_UNSAFE'), [...codes].join())
})

test('densenet121 with torchvision\'s first names, in DataParallel and a wrapper, is densenet121', async () => {
  const path = join(folder, 'legacy.pth')
  await writeFile(path, gunzipSync(await readFile(join(FILES, 'densenet121-legacy.pth.gz'))))
  const names = JSON.parse(await readFile(join(FILES, 'densenet121-legacy.json'), 'utf8')) as Record<string, number>
  const net = architecture({ model: 'densenet121', head: 'linear' })
  const weights = await readWeights(path)
  assert.deepEqual(differences(net, weights, 'fixed'), [])
  const state = importState(net, weights, path)
  assert.equal(state.size, net.entries.length)
  for (const [name, values] of state) assert.ok(values.every((value) => value === names[name]! / 1024), name)
  const other = architecture({ model: 'densenet121d', head: 'linear' })
  const found = differences(other, weights, 'fixed')
  assert.deepEqual(found.slice(0, 2), [
    { name: 'features.conv0.weight', there: 'F32 [64, 3, 7, 7]', here: 'F32 [32, 3, 3, 3]' },
    { name: 'features.norm0.weight', there: 'F32 [64]', here: 'F32 [32]' },
  ])
  assert.equal(found.length, 5 + 10)
})

test('names: wrapped modules lose their prefixes, dense layers their points, and nothing else changes', async () => {
  const path = join(folder, 'wrapped.safetensors')
  const scalar = { dtype: 'F32' as const, shape: [1], data: Float32Array.of(1) }
  const layer = 'features.denseblock1.denselayer2'
  const renamed = {
    [`module.model.${layer}.norm.1.running_var`]: `${layer}.norm1.running_var`,
    [`module.model.${layer}.conv.2.weight`]: `${layer}.conv2.weight`,
    'module.model.layer1.0.conv1.weight': 'layer1.0.conv1.weight',
    'module.model.features.transition1.norm.weight': 'features.transition1.norm.weight',
  }
  await writeSafeTensors(path, { tensors: new Map(Object.keys(renamed).map((name) => [name, scalar])), metadata: {} })
  assert.deepEqual([...(await readWeights(path)).tensors.keys()], Object.values(renamed))
})
