import * as tf from '@tensorflow/tfjs'
import { relu } from '../runtime/ops/relu.ts'
import { conv, norm, type Entry } from './entries.ts'
import { conv2d, maxPool3, type Scope } from './layers.ts'
import { batchNorm, batchNormRelu } from './norm.ts'

/** ResNet of basic blocks (He et al. 2016, "Deep Residual Learning"), with the names of timm's `resnet.py`. */
export interface ResNet {
  /** Basic blocks of each stage; the channels are 64, 128, 256, 512. */
  blocks: readonly number[]
}

export const RESNETS = { resnet18: { blocks: [2, 2, 2, 2] } } as const satisfies Record<string, ResNet>

const channelsOf = (stage: number): number => 64 * 2 ** stage

export const resFeatures = ({ blocks }: ResNet): number => channelsOf(blocks.length - 1)

interface Block {
  name: string
  inputs: number
  outputs: number
  stride: 1 | 2
}

function blocksOf({ blocks }: ResNet): Block[] {
  return blocks.flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => ({
      name: `layer${stage + 1}.${i}`,
      inputs: i === 0 && stage > 0 ? channelsOf(stage - 1) : channelsOf(stage),
      outputs: channelsOf(stage),
      stride: i === 0 && stage > 0 ? (2 as const) : (1 as const),
    })),
  )
}

export function resEntries(net: ResNet): Entry[] {
  const body = blocksOf(net).flatMap(({ name, inputs, outputs, stride }) => [
    ...conv(`${name}.conv1`, inputs, outputs, 3),
    ...norm(`${name}.bn1`, outputs),
    ...conv(`${name}.conv2`, outputs, outputs, 3),
    ...norm(`${name}.bn2`, outputs),
    ...(stride === 2 ? [...conv(`${name}.downsample.0`, inputs, outputs, 1), ...norm(`${name}.downsample.1`, outputs)] : []),
  ])
  return [...conv('conv1', 3, 64, 7), ...norm('bn1', 64), ...body]
}

/** @param x [n, side, side, 3], normalised @returns [n, side / 32, side / 32, 512], not negative */
export function resForward(net: ResNet, x: tf.Tensor4D, scope: Scope): tf.Tensor4D {
  let y = maxPool3(batchNormRelu(conv2d(x, 'conv1', scope, 2), 'bn1', scope), 2)
  for (const { name, stride } of blocksOf(net)) {
    const inner = batchNormRelu(conv2d(y, `${name}.conv1`, scope, stride), `${name}.bn1`, scope)
    const residual = batchNorm(conv2d(inner, `${name}.conv2`, scope), `${name}.bn2`, scope)
    const shortcut = stride === 2 ? batchNorm(conv2d(y, `${name}.downsample.0`, scope, 2), `${name}.downsample.1`, scope) : y
    y = relu(tf.add(residual, shortcut))
  }
  return y
}

/** fastai's three groups, less the head: stem and stages 1 and 2, then the rest. */
export function resGroup(name: string): 0 | 1 {
  return /^layer[34]\./.test(name) ? 1 : 0
}
