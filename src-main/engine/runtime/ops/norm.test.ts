import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { compile } from '../compile.ts'
import { rawOp, rawOp1 } from '../raw-op.ts'
import { openRuntime, type Runtime } from '../runtime.ts'
import { assertClose } from '../testing.ts'
import { openBinding, tensorFrom, tensorIds } from '../tfjs.ts'
import { chunkNorm, chunkNormGradient, hasNormKernels, moments, normKernelsServe } from './norm.ts'

let runtime: Runtime
before(async () => void (runtime = await openRuntime({ threads: { intra: 3, inter: 1 } })))
after(() => runtime.close())

const EPSILON = 1e-3

/** Chunks of different scale and far from nought; 3 x 7 x 11 rows fill no block evenly. */
function example(widths: readonly number[], [n, h, w] = [3, 7, 11]): { x: tf.Tensor4D[]; scale: tf.Tensor1D; offset: tf.Tensor1D; dy: tf.Tensor4D } {
  const channels = widths.reduce((a, b) => a + b, 0)
  return {
    x: widths.map((width, i) => tf.randomNormal([n!, h!, w!, width], 3 * i - 2, 1 + i, 'float32', i + 1) as tf.Tensor4D),
    scale: tf.randomUniform([channels], -1.5, 1.5, 'float32', 11) as tf.Tensor1D,
    offset: tf.randomUniform([channels], -1, 1, 'float32', 12) as tf.Tensor1D,
    dy: tf.randomNormal([n!, h!, w!, channels], 0.3, 1, 'float32', 13) as tf.Tensor4D,
  }
}

/** TensorFlow's own kernels on the concatenation: y, dx of each chunk, dscale, doffset, mean, unbiased variance. */
function reference({ x, scale, offset, dy }: ReturnType<typeof example>, relu: boolean): tf.Tensor[] {
  const attributes = { epsilon: EPSILON, is_training: true, data_format: 'NHWC' }
  const whole = tf.concat(x, 3)
  const [norm, mean, variance, ...reserved] = rawOp('FusedBatchNormV3', attributes, [whole, scale, offset, tf.tensor1d([]), tf.tensor1d([])])
  const y = relu ? tf.relu(norm!) : norm!
  const dNorm = relu ? rawOp1('ReluGrad', {}, [dy, y]) : dy
  const [dx, dScale, dOffset] = rawOp('FusedBatchNormGradV3', attributes, [dNorm, whole, scale, ...reserved])
  return [y, ...tf.split(dx!, x.map((chunk) => chunk.shape[3]), 3), dScale!, dOffset!, mean!, variance!]
}

function byChunks({ x, scale, offset, dy }: ReturnType<typeof example>, relu: boolean, sum?: tf.Tensor[]): tf.Tensor[] {
  const all = x.map(moments)
  const norm = { x, mean: all.map((m) => m.mean), variance: all.map((m) => m.variance), scale, offset, epsilon: EPSILON, relu }
  const { dx, dScale, dOffset } = chunkNormGradient(norm, dy, sum)
  return [chunkNorm(norm), ...dx, dScale, dOffset, tf.concat1d(all.map((m) => m.mean)), tf.concat1d(all.map((m) => m.unbiased))]
}

for (const widths of [[16], [32], [64, 32, 32], [128, 48, 16, 112]]) {
  for (const relu of [true, false]) {
    test(`chunks of ${widths.join(', ')} channels ${relu ? 'with' : 'without'} ReLU are TensorFlow's batch norm of their concatenation`, () => {
      tf.tidy(() => {
        const given = example(widths)
        const [wanted, got] = [reference(given, relu), byChunks(given, relu)]
        assert.deepEqual(got.map((t) => t.shape), wanted.map((t) => t.shape))
        got.forEach((tensor, i) => assertClose(tensor.dataSync(), wanted[i]!.dataSync(), 1e-4, `output ${i}`))
      })
    })
  }
}

test('a gradient is added to the one that is there, which stays as it was where somebody else holds it', () => {
  tf.tidy(() => {
    const given = example([32, 16])
    const sum = given.x.map((chunk) => tf.randomNormal(chunk.shape, 0, 1, 'float32', 21))
    const before = sum.map((s) => s.dataSync().slice())
    const [plain, added] = [byChunks(given, true), byChunks(given, true, sum)]
    for (const i of [0, 1]) assertClose(added[1 + i]!.dataSync(), tf.add(plain[1 + i]!, sum[i]!).dataSync(), 1e-5)
    sum.forEach((s, i) => assert.deepEqual(s.dataSync(), before[i]))
  })
})

test('compiled, where memory is taken over, the numbers are the same', async () => {
  const { x, scale, offset, dy } = example([32, 64])
  const step = compile((a: tf.Tensor4D, b: tf.Tensor4D, scale: tf.Tensor1D, offset: tf.Tensor1D, dy: tf.Tensor4D) => {
    const given = { x: [a, b], scale, offset, dy }
    const sum = byChunks(given, true).slice(1, 3)
    return byChunks({ ...given, dy: tf.mul(dy, 2) as tf.Tensor4D }, true, sum)
  }, 'chunks')
  const got = await step(x[0]!, x[1]!, scale, offset, dy)
  const wanted = reference({ x, scale, offset, dy }, true)
  for (const i of [1, 2]) assertClose(got[i]!.dataSync(), tf.mul(wanted[i]!, 3).dataSync(), 2e-4, `gradient ${i}`)
  step.dispose()
  tf.dispose([x, scale, offset, dy, got, wanted])
})

test('a result too large for the caches is that of its parts', async () => {
  const { x, scale, offset } = example([64, 32])
  const all = x.map(moments)
  const [mean, variance] = [all.map((m) => m.mean), all.map((m) => m.variance)]
  const norm = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D[] => [chunkNorm({ x: [a, b], mean, variance, scale, offset, epsilon: EPSILON, relu: true })]
  const times: [number, number, number, number] = [400, 1, 1, 1]
  const large = x.map((chunk) => tf.tile(chunk, times))
  for (const bf16 of [false, true]) {
    const step = compile(norm, 'large', { bf16 })
    const [[whole], [part]] = [await step(large[0]!, large[1]!), await step(x[0]!, x[1]!)]
    assert.equal(tf.tidy(() => tf.max(tf.abs(tf.sub(whole!, tf.tile(part!, times))))).dataSync()[0], 0)
    assert.ok(tf.tidy(() => tf.sum(part!)).dataSync()[0]! > 1000)
    step.dispose()
    tf.dispose([whole!, part!])
  }
  tf.dispose([large, x, scale, offset, all.flatMap((m) => Object.values(m) as tf.Tensor[])])
})

test('the memory of large tensors is asked for in huge pages, where there are such', () => {
  const given = { mean: [tf.zeros([64])], variance: [tf.ones([64])], scale: tf.ones([64]), offset: tf.zeros([64]), epsilon: EPSILON, relu: true }
  const y = chunkNorm({ x: [tf.ones([8, 128, 128, 64])], ...given })
  const bytes = 4 * y.size
  assert.equal(asked() >= bytes, existsSync('/sys/kernel/mm/transparent_hugepage'))
  tf.dispose([y, given.mean, given.variance, given.scale, given.offset])
})

/** Bytes of this process for which huge pages were asked. */
function asked(): number {
  if (!existsSync('/proc/self/smaps')) return 0
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
  const sizes = mappings.filter((mapping) => /^VmFlags:.* hg\b/m.test(mapping)).map((mapping) => 1024 * Number(/^Size: +(\d+) kB/m.exec(mapping)?.[1] ?? 0))
  return sizes.reduce((a, b) => a + b, 0)
}

test('in bfloat16 the numbers are those of float32, rounded', () => {
  tf.tidy(() => {
    const binding = openBinding()
    const cast = (id: number, from: number, to: number): number =>
      binding.executeOp('Cast', [{ name: 'SrcT', type: binding.TF_ATTR_TYPE, value: from }, { name: 'DstT', type: binding.TF_ATTR_TYPE, value: to }], [id], 1)[0]!.id
    const [float32, bfloat16] = [1, 14]
    const toHalf = (tensors: tf.Tensor[]): number[] => tensorIds(tensors).map((id) => cast(id, float32, bfloat16))
    const fromHalf = (half: number): tf.Tensor => {
      const id = cast(half, bfloat16, float32)
      return tensorFrom({ ...binding.context.tensorInfo(id), id })
    }
    const given = example([32, 64])
    const rounded = toHalf(given.x)
    const same = { ...given, x: rounded.map(fromHalf) as tf.Tensor4D[] }
    const [half, full] = [rounded.map((id) => binding.executeOp('XcMoments', [], [id], 3)), same.x.map(moments)]
    half.forEach(([mean, variance], i) => {
      assertClose(binding.tensorDataSync(mean!.id), full[i]!.mean.dataSync(), 1e-5, 'mean')
      assertClose(binding.tensorDataSync(variance!.id), full[i]!.variance.dataSync(), 1e-5, 'variance')
    })
    const attributes = binding.ops.attributes('XcNorm', { epsilon: EPSILON, relu: true }) as never
    const of = (index: number): number[] => half.map((outputs) => outputs[index]!.id)
    const inputs = [rounded, of(0), of(1), ...tensorIds([given.scale, given.offset])]
    const [y] = binding.executeOp('XcNorm', attributes, inputs, 1)
    const [dy] = toHalf([given.dy])
    const gradients = binding.executeOp('XcNormGrad', attributes, [dy!, ...inputs], 4)
    const wanted = byChunks({ ...same, dy: fromHalf(dy!) as tf.Tensor4D }, true)
    // All arithmetic is float32's, and TensorFlow rounds as we do: to the bit the same.
    const halves = [y!, gradients[0]!, gradients[1]!].map(({ id }) => id)
    const roundedToo = toHalf(wanted.slice(0, 3))
    halves.forEach((id, i) => assert.deepEqual(fromHalf(id).dataSync(), fromHalf(roundedToo[i]!).dataSync()))
    for (const i of [2, 3]) assertClose(binding.tensorDataSync(gradients[i]!.id), wanted[1 + i]!.dataSync(), 1e-4, 'parameters')
    for (const id of [...rounded, ...roundedToo, dy!, y!.id, ...gradients.map((g) => g.id), ...half.flat().map((h) => h.id)]) binding.deleteTensor(id)
  })
})

test('inputs that do not fit are refused by name', () => {
  tf.tidy(() => {
    const { x, scale, offset } = example([32])
    const { mean, variance } = moments(x[0]!)
    const norm = { x, mean: [mean], variance: [variance], scale, offset, epsilon: EPSILON, relu: true }
    assert.throws(() => chunkNorm({ ...norm, scale: tf.ones([16]) }), /scale has not one value a channel/)
    assert.throws(() => chunkNorm({ ...norm, x: [tf.ones([2, 2, 2, 24])], mean: [tf.ones([24])], variance: [tf.ones([24])] }), /24 channels/)
    assert.throws(() => chunkNormGradient(norm, tf.ones([1, 2, 3, 32])), /dy has not the shape of y/)
    assert.throws(() => moments(tf.ones([2, 2, 2, 5])), /multiple of 16/)
  })
  assert.equal(hasNormKernels(), true)
  assert.deepEqual([[2, 4, 4, 64], [2, 1, 1, 64], [2, 4, 4, 40]].map(normKernelsServe), [true, false, false])
})

test('nothing is left behind', () => {
  const given = example([32, 16])
  const once = (): void => tf.tidy(() => void byChunks(given, true))
  once()
  const live = runtime.memory()
  for (let i = 0; i < 20; i++) once()
  assert.deepEqual(runtime.memory(), live)
  tf.dispose([given.x, given.scale, given.offset, given.dy])
})
