import { NORM_EPSILON } from '../../model/layers.ts'
import type { OnnxGraph, Value, Weight } from './graph.ts'

/** The layers of `engine/model`, as ONNX nodes: NCHW, eval mode, weights as the checkpoint has them (OIHW, [outputs, inputs]). */
export interface Layers {
  conv2d(x: Value, name: string, stride?: 1 | 2): Value
  batchNorm(x: Value, name: string): Value
  batchNormRelu(x: Value, name: string): Value
  relu(x: Value, name: string): Value
  add(a: Value, b: Value, name: string): Value
  /** Along the channels. */
  concat(values: Value[], name: string): Value
  maxPool3(x: Value, name: string, stride: 1 | 2): Value
  averagePool2(x: Value, name: string): Value
  blurPool(x: Value, name: string, channels: number): Value
  /** [n, c, h, w] -> [n, c] */
  globalPool(x: Value, name: string, kind: 'Average' | 'Max'): Value
  linear(x: Value, name: string, bias: boolean): Value
}

/** [1 2 1]^T [1 2 1] / 16 */
const BINOMIAL = [1, 2, 1, 2, 4, 2, 1, 2, 1].map((value) => value / 16)

/** @param weights of a checkpoint key. @throws what it throws for a key that is not there */
export function layersOf(graph: OnnxGraph, weights: (name: string) => Weight): Layers {
  const weight = (name: string): Value => graph.weight(name, weights(name))
  const relu = (x: Value, name: string): Value => graph.node('Relu', `${name}/relu`, [x])
  const batchNorm = (x: Value, name: string): Value => {
    const parameters = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => weight(`${name}.${part}`))
    return graph.node('BatchNormalization', name, [x, ...parameters], { epsilon: NORM_EPSILON })
  }
  const conv2d = (x: Value, name: string, stride: 1 | 2 = 1): Value => {
    const side = weights(`${name}.weight`).shape[2]!
    const pad = (side - 1) / 2
    return graph.node('Conv', name, [x, weight(`${name}.weight`)], { kernel_shape: [side, side], strides: [stride, stride], pads: [pad, pad, pad, pad] })
  }
  const blurPool = (x: Value, name: string, channels: number): Value => {
    const filter = graph.weight(`blur${channels}`, { shape: [channels, 1, 3, 3], data: Float32Array.from({ length: 9 * channels }, (_, i) => BINOMIAL[i % 9]!) })
    const reflected = graph.node('Pad', `${name}/reflect`, [x, graph.integers('blur/pads', [0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'reflect' })
    return graph.node('Conv', name, [reflected, filter], { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0], group: channels })
  }
  return {
    conv2d,
    batchNorm,
    batchNormRelu: (x, name) => relu(batchNorm(x, name), name),
    relu,
    add: (a, b, name) => graph.node('Add', name, [a, b]),
    concat: (values, name) => graph.node('Concat', name, values, { axis: 1 }),
    maxPool3: (x, name, stride) => graph.node('MaxPool', name, [x], { kernel_shape: [3, 3], strides: [stride, stride], pads: [1, 1, 1, 1] }),
    averagePool2: (x, name) => graph.node('AveragePool', name, [x], { kernel_shape: [2, 2], strides: [2, 2] }),
    blurPool,
    globalPool: (x, name, kind) => graph.node('Flatten', name, [graph.node(`Global${kind}Pool`, `${name}/pool`, [x])], { axis: 1 }),
    linear: (x, name, bias) => graph.node('Gemm', name, [x, weight(`${name}.weight`), ...(bias ? [weight(`${name}.bias`)] : [])], { transB: 1 }),
  }
}
