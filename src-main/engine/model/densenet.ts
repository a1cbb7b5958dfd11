import * as tf from '@tensorflow/tfjs'
import { hasNormKernels } from '../runtime/ops/norm.ts'
import { fusedDenseBlock } from './dense-block.ts'
import { conv, norm, type Entry } from './entries.ts'
import { blurPool, conv2d, maxPool3, type Scope } from './layers.ts'
import { batchNormRelu } from './norm.ts'

/** DenseNet-BC (Huang et al. 2017, "Densely Connected Convolutional Networks"), with the names of timm's `densenet.py`. */
export interface DenseNet {
  growth: number
  /** Channels of a bottleneck, in growth rates. */
  bottleneck: number
  blocks: readonly number[]
  /** "d": the 7x7 stem is three 3x3 convolutions, the first of stride 2 (He et al. 2019, "Bag of Tricks"). */
  deepStem: boolean
  /** Where binomial blur pooling does the subsampling (Zhang 2019); the published weights blur in the stem. */
  blur: 'none' | 'stem' | 'all'
}

const DENSENET_121 = { growth: 32, bottleneck: 4, blocks: [6, 12, 24, 16] } as const

export const DENSENETS = {
  densenet121: { ...DENSENET_121, deepStem: false, blur: 'none' },
  densenet121d: { ...DENSENET_121, deepStem: true, blur: 'none' },
  densenetblur121d: { ...DENSENET_121, deepStem: true, blur: 'stem' },
} as const satisfies Record<string, DenseNet>

/** Channels that enter each block, and those that leave the last. */
function widths({ growth, blocks }: DenseNet): { enter: number[]; features: number } {
  const enter: number[] = []
  let channels = 2 * growth
  for (const layers of blocks) {
    enter.push(channels)
    channels = (channels + layers * growth) / 2
  }
  return { enter, features: 2 * channels }
}

export const denseFeatures = (net: DenseNet): number => widths(net).features

/** State of the body, in the order of the network. */
export function denseEntries(net: DenseNet): Entry[] {
  const { growth, bottleneck, blocks, deepStem } = net
  const { enter, features } = widths(net)
  const stem = deepStem
    ? [conv('features.conv0', 3, growth, 3), norm('features.norm0', growth), conv('features.conv1', growth, growth, 3), norm('features.norm1', growth),
       conv('features.conv2', growth, 2 * growth, 3), norm('features.norm2', 2 * growth)]
    : [conv('features.conv0', 3, 2 * growth, 7), norm('features.norm0', 2 * growth)]
  const body = blocks.flatMap((layers, b) => {
    const dense = Array.from({ length: layers }, (_, l) => {
      const name = layerName(b, l)
      const inputs = enter[b]! + l * growth
      const inner = bottleneck * growth
      return [norm(`${name}.norm1`, inputs), conv(`${name}.conv1`, inputs, inner, 1), norm(`${name}.norm2`, inner), conv(`${name}.conv2`, inner, growth, 3)]
    })
    const out = enter[b]! + layers * growth
    const transition = `features.transition${b + 1}`
    const after = b < blocks.length - 1 ? [norm(`${transition}.norm`, out), conv(`${transition}.conv`, out, out / 2, 1)] : []
    return [...dense.flat(), ...after]
  })
  return [...stem, ...body, norm('features.norm5', features)].flat()
}

const layerName = (block: number, layer: number): string => `features.denseblock${block + 1}.denselayer${layer + 1}`

/**
 * Feature maps before the pooling of the head.
 * @param x [n, side, side, 3], normalised; side a multiple of 32
 * @returns [n, side / 32, side / 32, 1024], not negative
 */
export function denseForward(net: DenseNet, x: tf.Tensor4D, scope: Scope): tf.Tensor4D {
  let y = stem(net, x, scope)
  for (const [b, layers] of net.blocks.entries()) {
    const isLast = b === net.blocks.length - 1
    const transition = `features.transition${b + 1}`
    y = denseBlock(y, Array.from({ length: layers }, (_, l) => layerName(b, l)), isLast ? 'features.norm5' : `${transition}.norm`, scope)
    if (!isLast) y = shrink(net, conv2d(y, `${transition}.conv`, scope))
  }
  return y
}

function stem({ deepStem, blur }: DenseNet, x: tf.Tensor4D, scope: Scope): tf.Tensor4D {
  let y = batchNormRelu(conv2d(x, 'features.conv0', scope, 2), 'features.norm0', scope)
  if (deepStem) {
    y = batchNormRelu(conv2d(y, 'features.conv1', scope), 'features.norm1', scope)
    y = batchNormRelu(conv2d(y, 'features.conv2', scope), 'features.norm2', scope)
  }
  return blur === 'none' ? maxPool3(y, 2) : blurPool(maxPool3(y, 1))
}

/** Every layer sees the concatenation of all before it. The norm that follows the block is part of it, to be fused with it. */
function denseBlock(x: tf.Tensor4D, layers: readonly string[], norm: string, scope: Scope): tf.Tensor4D {
  if (scope.training && hasNormKernels()) return fusedDenseBlock(x, layers, norm, scope)
  let seen = x
  for (const name of layers) {
    const inner = conv2d(batchNormRelu(seen, `${name}.norm1`, scope), `${name}.conv1`, scope)
    const grown = conv2d(batchNormRelu(inner, `${name}.norm2`, scope), `${name}.conv2`, scope)
    seen = tf.concat([seen, grown], 3)
  }
  return batchNormRelu(seen, norm, scope)
}

/** Half the side, at the end of a transition. */
function shrink({ blur }: DenseNet, x: tf.Tensor4D): tf.Tensor4D {
  return blur === 'all' ? blurPool(x) : tf.avgPool(x, 2, 2, 'valid')
}

/** fastai's three groups, less the head: stem and blocks 1 and 2, then the rest. */
export function denseGroup(name: string): 0 | 1 {
  return /^features\.(denseblock[34]|transition[23]|norm5)\./.test(name) ? 1 : 0
}
