import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { compile, keepInStep } from './compile.ts'
import { fromPixels } from './ops/upload.ts'
import { rawOp, rawOp1 } from './raw-op.ts'
import { openRuntime, type Runtime } from './runtime.ts'
import { assertClose, coded } from './testing.ts'

let runtime: Runtime

before(async () => {
  runtime = await openRuntime({ threads: { intra: 2, inter: 1 } })
})
after(() => runtime.close())

test('describes the library and the device', () => {
  const { version, devices, library } = runtime.describe()
  assert.match(version, /^2\.\d+/)
  assert.match(library, /libtensorflow/)
  assert.deepEqual(devices.map((d) => d.type), ['CPU'])
})

test('a process has one runtime', async () => {
  await assert.rejects(openRuntime(), coded('RUNTIME_OPEN'))
})

test('eager kernels of TensorFlow.js give the known values', () => {
  tf.tidy(() => {
    const a = tf.tensor2d([[1, 2], [3, 4]])
    assert.deepEqual([...tf.matMul(a, a).dataSync()], [7, 10, 15, 22])
    assert.deepEqual([...tf.sum(a, 1).dataSync()], [3, 7])
    assert.deepEqual([...tf.concat([a, a], 1).dataSync()], [1, 2, 1, 2, 3, 4, 3, 4])
    assert.deepEqual([...tf.topk(tf.tensor1d([3, 9, 1, 4]), 2).indices.dataSync()], [1, 3])
    assert.deepEqual([...tf.cast(a, 'bool').dataSync()], [1, 1, 1, 1])
    assert.deepEqual([...tf.gather(a, tf.tensor1d([1, 0, 1], 'int32')).dataSync()], [3, 4, 1, 2, 3, 4])
    assert.deepEqual(tf.tensor(['chest', 'Röntgen']).dataSync() as unknown as string[], ['chest', 'Röntgen'])
    assertClose(tf.softmax(tf.tensor1d([0, Math.log(3)])).dataSync(), [0.25, 0.75], 1e-6)
    assert.equal(tf.zeros([0, 3]).dataSync().length, 0)
  })
})

test('raw ops: attribute kinds and list lengths come from the op definition', () => {
  tf.tidy(() => {
    const parts = rawOp('SplitV', { num_split: 2 }, [tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 2], 'int32'), tf.scalar(0, 'int32')])
    assert.deepEqual(parts.map((t) => [...t.dataSync()]), [[1], [2, 3]])
    assert.deepEqual([...rawOp1('AddN', {}, [[tf.scalar(1), tf.scalar(2), tf.scalar(4)]]).dataSync()], [7])
    // Philox with this seed and shape: the counter-based stream is the same on every machine and run.
    const uniform = (seed: number[]): number[] => [...rawOp1('StatelessRandomUniform', { dtype: 'float32' }, [tf.tensor1d([4], 'int32'), tf.tensor1d(seed, 'int32')]).dataSync()]
    assert.deepEqual(uniform([1, 2]), uniform([1, 2]))
    assert.notDeepEqual(uniform([1, 2]), uniform([1, 3]))
    const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1])
    const shift = tf.tensor2d([[1, 0, 1, 0, 1, 0, 0, 0]]) // output x reads input x + 1
    const moved = rawOp1('ImageProjectiveTransformV3', { interpolation: 'BILINEAR', fill_mode: 'CONSTANT' }, [image, shift, tf.tensor1d([2, 2], 'int32'), tf.scalar(0)])
    assert.deepEqual([...moved.dataSync()], [2, 0, 4, 0])
  })
  assert.throws(() => rawOp('NoSuchOp', {}, []), coded('OP_UNKNOWN', /NoSuchOp/))
  assert.throws(() => rawOp('Relu', { slope: 1 }, [tf.scalar(1)]), coded('OP_INVALID', /no attribute slope/))
})

test('pixels of 8 and 16 bits become floats', () => {
  assert.deepEqual([...fromPixels(new Uint8Array([0, 1, 255, 128]), [2, 2]).dataSync()], [0, 1, 255, 128])
  assert.deepEqual([...fromPixels(new Uint16Array([0, 65535]), [2]).dataSync()], [0, 65535])
})

const weights = (): tf.Tensor2D => tf.tensor2d([0.5, -1, 2, 0.25], [2, 2])

/** Loss and gradients of a small net in plain TensorFlow.js ops. */
function lossAndGradients(x: tf.Tensor4D, kernel: tf.Tensor4D, w: tf.Tensor2D): { loss: tf.Tensor; dKernel: tf.Tensor; dW: tf.Tensor } {
  const loss = (k: tf.Tensor, v: tf.Tensor): tf.Scalar => {
    const features = tf.relu(tf.conv2d(x, k as tf.Tensor4D, 1, 'same'))
    const logits = tf.matMul(tf.mean(tf.maxPool(features, 2, 2, 'valid'), [1, 2]) as tf.Tensor2D, v as tf.Tensor2D)
    return tf.mean(tf.softplus(logits)) as tf.Scalar
  }
  const { value, grads } = tf.valueAndGrads(loss)([kernel, w])
  return { loss: value, dKernel: grads[0]!, dW: grads[1]! }
}

test('a traced step equals the eager one, for each input signature', async () => {
  const step = compile(lossAndGradients, 'small_net')
  const kernel = tf.randomNormal([3, 3, 1, 2], 0, 1, 'float32', 5) as tf.Tensor4D
  for (const batch of [2, 3, 2]) {
    const x = tf.randomNormal([batch, 8, 8, 1], 0, 1, 'float32', batch) as tf.Tensor4D
    const [eager, traced] = [lossAndGradients(x, kernel, weights()), await step(x, kernel, weights())]
    for (const key of ['loss', 'dKernel', 'dW'] as const) {
      assert.deepEqual(traced[key].shape, eager[key].shape)
      assertClose(traced[key].dataSync(), eager[key].dataSync(), 1e-6, key)
    }
  }
  assert.equal(step.traces, 2)
  step.dispose()
})

test('outputs may be inputs, constants and repeats, in a tensor, an array or a record', async () => {
  const one = compile((x: tf.Tensor1D) => tf.square(x), 'one')
  assert.deepEqual([...(await one(tf.tensor1d([3]))).dataSync()], [9])
  const many = compile((x: tf.Tensor1D) => [x, x, tf.scalar(5)], 'many')
  const result = await many(tf.tensor1d([1, 2]))
  assert.deepEqual(result.map((t) => [...t.dataSync()]), [[1, 2], [1, 2], [5]])
})

test('a large constant made before or within the trace is captured and outlives its maker', async () => {
  const table = tf.range(0, 2000)
  const step = compile((x: tf.Scalar) => tf.sum(tf.mul(tf.add(table, tf.onesLike(table)), x)), 'captured')
  assert.equal((await step(tf.scalar(1))).dataSync()[0], 2001000)
  table.dispose()
  assert.equal((await step(tf.scalar(2))).dataSync()[0], 4002000)
  step.dispose()
})

test('the event loop runs while a step does, and inputs may be disposed at once', async () => {
  const step = compile((x: tf.Tensor2D) => Array.from({ length: 30 }).reduce<tf.Tensor2D>((y) => tf.matMul(y, x).mul(1e-3), x), 'long')
  const x = tf.ones([600, 600]) as tf.Tensor2D
  ;(await step(x)).dispose()
  let turns = 0
  let running = true
  const turn = (): void => void (running && (turns++, setImmediate(turn)))
  const pending = step(x)
  x.dispose()
  turn()
  const y = await pending
  running = false
  assert.ok(turns > 10, `${turns} turns of the event loop`)
  assert.ok(Number.isFinite(y.dataSync()[0]))
})

test('hundreds of eager and traced steps leave no tensor behind', async () => {
  const step = compile(lossAndGradients, 'leak')
  const x = tf.randomNormal([2, 8, 8, 1]) as tf.Tensor4D
  const kernel = tf.randomNormal([3, 3, 1, 2]) as tf.Tensor4D
  const w = weights()
  const once = async (): Promise<void> => {
    Object.values(await step(x, kernel, w)).forEach((t) => t.dispose())
    tf.tidy(() => void lossAndGradients(x, kernel, w))
  }
  await once()
  const [live, tensors] = [runtime.memory(), tf.memory().numTensors]
  for (let i = 0; i < 300; i++) await once()
  assert.deepEqual(runtime.memory(), live)
  assert.equal(tf.memory().numTensors, tensors)
  step.dispose()
  // Tracing again and again, and failing to, leaves nothing either.
  const big = tf.zeros([2000])
  tf.neg(big).dispose() // TensorFlow.js uploads at first use
  const before = runtime.memory()
  for (let i = 0; i < 20; i++) {
    const again = compile((v: tf.Tensor) => tf.add(v, big), 'again')
    ;(await again(big)).dispose()
    again.dispose()
    await assert.rejects(compile((v: tf.Tensor) => tf.reshape(tf.add(v, big), [tf.sum(v).dataSync()[0]!]), 'fails')(big), coded('TRACE_READ'))
  }
  assert.deepEqual(runtime.memory(), before)
})

test('side results kept for the step end with its trace', async () => {
  const x = tf.ones([3]) as tf.Tensor1D
  tf.neg(x).dispose()
  const tensors = tf.memory().numTensors
  let side: tf.Tensor | undefined
  const step = compile((v: tf.Tensor1D) => {
    const gradient = tf.grad((w) => tf.sum((side = keepInStep(tf.square(w)))) as tf.Scalar)(v)
    return tf.add(gradient, side!)
  }, 'side')
  const y = await step(x)
  assert.deepEqual([...y.dataSync()], [3, 3, 3])
  assert.equal(tf.memory().numTensors, tensors + 1)
  step.dispose()
})

test('memory counts tensors and bytes', () => {
  const before = runtime.memory()
  const x = tf.ones([10, 10]).square()
  const { tensors, bytes } = runtime.memory()
  assert.ok(tensors > before.tensors && bytes >= before.bytes + 400)
  x.dispose()
})

test('errors name the op and its inputs', async () => {
  const [a, b] = [tf.ones([2, 2]), tf.ones([3, 2])]
  assert.throws(() => rawOp('MatMul', {}, [a, b]), coded('OP_INVALID', /^MatMul\(float32\[2,2\], float32\[3,2\]\): /))
  await assert.rejects(compile((x: tf.Tensor) => rawOp1('MatMul', {}, [x, b]), 'bad')(a), coded('OP_INVALID', /^MatMul\(float32\[2,2\], float32\[3,2\]\): Dimensions must be equal, but are 2 and 3$/))
  // Only the values are wrong: found when the step runs.
  const gather = compile((x: tf.Tensor, i: tf.Tensor) => tf.gather(x, i as tf.Tensor1D), 'gather_rows')
  await assert.rejects(gather(a, tf.tensor1d([7], 'int32')), coded('OP_INVALID', /^gather_rows\(float32\[2,2\], int32\[1\]\): .*7/))
})

test('a step refuses other shapes, values inside, unknown shapes, escaped tensors, and endless traces', async () => {
  const x = tf.ones([2]) as tf.Tensor1D
  const fixed = compile((v: tf.Tensor1D) => tf.neg(v), 'fixed', { inputs: [{ shape: [2], dtype: 'float32' }] })
  assert.deepEqual([...(await fixed(x)).dataSync()], [-1, -1])
  await assert.rejects(fixed(tf.ones([3]) as tf.Tensor1D), coded('SHAPE_MISMATCH', /takes \(float32\[2\]\), but was called with \(float32\[3\]\)/))
  await assert.rejects(compile((v: tf.Tensor1D) => (v.dataSync()[0]! > 0 ? v : tf.neg(v)), 'reads')(x), coded('TRACE_READ'))
  await assert.rejects(compile((v: tf.Tensor1D) => rawOp1('Where', {}, [v]), 'unknown')(x), coded('TRACE_SHAPE', /^Where/))
  let escaped = x
  await compile((v: tf.Tensor1D) => (escaped = tf.keep(tf.square(v))), 'leaks')(x)
  assert.throws(() => tf.neg(escaped), /does not exist|TRACE_ESCAPED|compiled step/)
  await assert.rejects(compile((v: tf.Tensor1D) => tf.add(v, escaped), 'uses')(x), coded('TRACE_ESCAPED'))
  const twice = compile((v: tf.Tensor1D) => tf.neg(v), 'twice', { maxTraces: 2 })
  for (const n of [1, 2]) await twice(tf.ones([n]) as tf.Tensor1D)
  await assert.rejects(twice(tf.ones([3]) as tf.Tensor1D), coded('TOO_MANY_TRACES'))
  await assert.rejects(compile((v: tf.Tensor1D) => ({ v, n: 3 as unknown as tf.Tensor }), 'number')(x), coded('TRACE_RESULT', /"n"/))
})

test('a runtime can be closed and opened again', async () => {
  runtime.close()
  assert.throws(() => rawOp('Relu', {}, []), coded('RUNTIME_CLOSED'))
  await assert.rejects(openRuntime({ device: { gpu: 0 } }), coded('GPU_MISSING'))
  runtime = await openRuntime({ threads: { intra: 1 } })
  assert.deepEqual([...tf.tensor1d([1, 2]).add(1).dataSync()], [2, 3])
})
