/**
 * A dense block in training as one op with one gradient, on our own kernels. Layers take the feature maps of all layers before as a list, so
 * that nothing is concatenated and each map's batch statistics are computed once; on the way back each map has one gradient, to which the
 * layers add in turn.
 */
import * as tf from '@tensorflow/tfjs'
import { keepInStep } from '../runtime/compile.ts'
import { chunkNorm, chunkNormGradient, moments, type ChunkNorm, type Moments } from '../runtime/ops/norm.ts'
import { rawOp1 } from '../runtime/raw-op.ts'
import { NORM_EPSILON, type Scope } from './layers.ts'

const STRIDE_1 = { strides: [1, 1, 1, 1], padding: 'SAME' }

/** Inputs of one layer, in order; the norm after the block takes the first two of its own. */
const ENTRIES = ['norm1.weight', 'norm1.bias', 'conv1.weight', 'norm2.weight', 'norm2.bias', 'conv2.weight']
const NORM = ['weight', 'bias']

/**
 * @param x [n, h, w, c]
 * @param layers names of the layers
 * @param norm name of the norm that follows the block
 * @returns the concatenation of x and every layer's output after that norm and a ReLU, [n, h, w, c + layers growth]
 */
export function fusedDenseBlock(x: tf.Tensor4D, layers: readonly string[], norm: string, scope: Scope): tf.Tensor4D {
  const names = [...layers.flatMap((layer) => ENTRIES.map((entry) => `${layer}.${entry}`)), ...NORM.map((entry) => `${norm}.${entry}`)]
  const block = tf.customGrad((...given) => {
    const save = given.pop() as unknown as tf.GradSaveFunc
    const forward = new Forward(given as tf.Tensor[], layers, scope)
    const value = forward.run(norm)
    const { stash, places } = forward
    save(stash)
    const shapes = (given as tf.Tensor[]).map((tensor) => tensor.shape)
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, recall(places, saved), shapes) }
  })
  return block(x, ...names.map((name) => scope.get(name))) as tf.Tensor4D
}

/** One layer's values; N is a tensor, or its place among those that are saved for the gradient. */
interface Layer<N> {
  /** Output of norm1 and of norm2, after their ReLUs. */
  y1: N
  y2: N
  inner: N
  innerMean: N
  innerVariance: N
  scale1: N
  offset1: N
  kernel1: N
  scale2: N
  offset2: N
  kernel2: N
}

interface Block<N> {
  chunks: N[]
  means: N[]
  variances: N[]
  layers: Layer<N>[]
  scale: N
  offset: N
}

class Forward {
  readonly stash: tf.Tensor[] = []
  readonly places: Block<number>
  readonly #given: tf.Tensor[]
  readonly #names: readonly string[]
  readonly #scope: Scope
  readonly #chunks: tf.Tensor[] = []
  readonly #moments: Moments[] = []

  constructor(given: tf.Tensor[], names: readonly string[], scope: Scope) {
    this.#given = given
    this.#names = names
    this.#scope = scope
    this.places = { chunks: [], means: [], variances: [], layers: [], scale: 0, offset: 0 }
  }

  run(norm: string): tf.Tensor4D {
    const [x, ...parameters] = this.#given as [tf.Tensor, ...tf.Tensor[]]
    this.#addChunk(x)
    this.#names.forEach((name, l) => this.#layer(name, parameters.slice(l * ENTRIES.length, (l + 1) * ENTRIES.length)))
    const [scale, offset] = parameters.slice(-NORM.length) as [tf.Tensor, tf.Tensor]
    Object.assign(this.places, { scale: this.#put(scale), offset: this.#put(offset) })
    return this.#normAll(norm, scale, offset)
  }

  #layer(name: string, parameters: readonly tf.Tensor[]): void {
    const [scale1, offset1, kernel1, scale2, offset2, kernel2] = parameters as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
    const y1 = this.#normAll(`${name}.norm1`, scale1, offset1)
    const inner = rawOp1('Conv2D', STRIDE_1, [y1, kernel1])
    const innerMoments = moments(inner)
    const { mean: innerMean, variance: innerVariance } = innerMoments
    this.#observe(`${name}.norm2`, [innerMoments])
    const y2 = chunkNorm({ x: [inner], mean: [innerMean], variance: [innerVariance], scale: scale2, offset: offset2, epsilon: NORM_EPSILON, relu: true })
    const layer = { y1, y2, inner, innerMean, innerVariance, scale1, offset1, kernel1, scale2, offset2, kernel2 }
    this.places.layers.push(Object.fromEntries(Object.entries(layer).map(([key, tensor]) => [key, this.#put(tensor)])) as unknown as Layer<number>)
    this.#addChunk(rawOp1('Conv2D', STRIDE_1, [y2, kernel2]))
  }

  /** Norm and ReLU of all chunks so far. */
  #normAll(name: string, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor4D {
    this.#observe(name, this.#moments)
    const [mean, variance] = [this.#moments.map((m) => m.mean), this.#moments.map((m) => m.variance)]
    return chunkNorm({ x: this.#chunks, mean, variance, scale, offset, epsilon: NORM_EPSILON, relu: true })
  }

  #addChunk(chunk: tf.Tensor): void {
    const own = moments(chunk)
    this.#chunks.push(chunk)
    this.#moments.push(own)
    this.places.chunks.push(this.#put(chunk))
    this.places.means.push(this.#put(own.mean))
    this.places.variances.push(this.#put(own.variance))
  }

  #observe(norm: string, all: readonly Moments[]): void {
    const joined = (parts: readonly tf.Tensor1D[]): tf.Tensor1D => keepInStep(parts.length === 1 ? tf.clone(parts[0]!) : tf.concat1d([...parts]))
    this.#scope.observe?.(norm, joined(all.map((m) => m.mean)), joined(all.map((m) => m.unbiased)))
  }

  #put(tensor: tf.Tensor): number {
    return this.stash.push(tensor) - 1
  }
}

function recall({ chunks, means, variances, layers, scale, offset }: Block<number>, saved: readonly tf.Tensor[]): Block<tf.Tensor> {
  const all = (places: readonly number[]): tf.Tensor[] => places.map((place) => saved[place]!)
  return {
    chunks: all(chunks), means: all(means), variances: all(variances), scale: saved[scale]!, offset: saved[offset]!,
    layers: layers.map((layer) => Object.fromEntries(Object.entries(layer as unknown as Record<string, number>).map(([key, place]) => [key, saved[place]!])) as unknown as Layer<tf.Tensor>),
  }
}

/** @param shapes of the block's inputs @returns a gradient for each of them */
function gradients(dy: tf.Tensor, block: Block<tf.Tensor>, shapes: readonly number[][]): tf.Tensor[] {
  const { chunks, means, variances, layers, scale, offset } = block
  const over = (count: number, scale: tf.Tensor, offset: tf.Tensor): ChunkNorm => ({
    x: chunks.slice(0, count), mean: means.slice(0, count), variance: variances.slice(0, count), scale, offset, epsilon: NORM_EPSILON, relu: true,
  })
  const last = chunkNormGradient(over(chunks.length, scale, offset), dy)
  const ofParameters: tf.Tensor[] = [last.dScale, last.dOffset]
  let sums = last.dx
  for (const [l, layer] of [...layers.entries()].toReversed()) {
    const { y1, y2, inner, innerMean, innerVariance, scale1, offset1, kernel1, scale2, offset2, kernel2 } = layer
    const [, , shape1, , , shape2] = shapes.slice(1 + l * ENTRIES.length)
    const grown = sums.pop()!
    const middle = chunkNormGradient(
      { x: [inner], mean: [innerMean], variance: [innerVariance], scale: scale2, offset: offset2, epsilon: NORM_EPSILON, relu: true },
      convInputGradient(y2.shape, kernel2, grown),
    )
    const dInner = middle.dx[0]!
    const first = chunkNormGradient(over(l + 1, scale1, offset1), convInputGradient(y1.shape, kernel1, dInner), sums)
    sums = first.dx
    ofParameters.unshift(first.dScale, first.dOffset, convKernelGradient(y1, shape1!, dInner), middle.dScale, middle.dOffset, convKernelGradient(y2, shape2!, grown))
  }
  return [sums[0]!, ...ofParameters]
}

const convInputGradient = (shape: readonly number[], kernel: tf.Tensor, dy: tf.Tensor): tf.Tensor =>
  rawOp1('Conv2DBackpropInput', STRIDE_1, [tf.tensor1d([...shape], 'int32'), kernel, dy])

const convKernelGradient = (x: tf.Tensor, shape: readonly number[], dy: tf.Tensor): tf.Tensor =>
  rawOp1('Conv2DBackpropFilter', STRIDE_1, [x, tf.tensor1d([...shape], 'int32'), dy])
