import type { DenseNet } from '../../model/densenet.ts'
import type { HeadShape } from '../../model/head.ts'
import type { ResNet } from '../../model/resnet.ts'
import type { Value } from './graph.ts'
import type { Layers } from './layers.ts'

/*
 * The forward passes of `engine/model/{densenet,resnet,head}.ts` once more, in nodes instead of tensors: same variants as data, same names.
 * A test holds both to the same logits for every variant.
 */

/** @returns feature maps [n, 1024, side / 32, side / 32] */
export function denseNodes(net: DenseNet, x: Value, layers: Layers): Value {
  let y = stem(net, x, layers)
  let channels = 2 * net.growth
  for (const [b, count] of net.blocks.entries()) {
    y = denseBlock(y, b + 1, count, layers)
    channels += count * net.growth
    if (b === net.blocks.length - 1) continue
    channels /= 2
    const name = `features.transition${b + 1}`
    const narrowed = layers.conv2d(layers.batchNormRelu(y, `${name}.norm`), `${name}.conv`)
    y = net.blur === 'all' ? layers.blurPool(narrowed, `${name}.pool`, channels) : layers.averagePool2(narrowed, `${name}.pool`)
  }
  return layers.batchNormRelu(y, 'features.norm5')
}

function stem({ deepStem, blur, growth }: DenseNet, x: Value, layers: Layers): Value {
  let y = layers.batchNormRelu(layers.conv2d(x, 'features.conv0', 2), 'features.norm0')
  for (const i of deepStem ? [1, 2] : []) y = layers.batchNormRelu(layers.conv2d(y, `features.conv${i}`), `features.norm${i}`)
  if (blur === 'none') return layers.maxPool3(y, 'features.pool0', 2)
  return layers.blurPool(layers.maxPool3(y, 'features.pool0', 1), 'features.blur0', 2 * growth)
}

function denseBlock(x: Value, block: number, count: number, layers: Layers): Value {
  let seen = x
  for (let l = 1; l <= count; l++) {
    const name = `features.denseblock${block}.denselayer${l}`
    const inner = layers.conv2d(layers.batchNormRelu(seen, `${name}.norm1`), `${name}.conv1`)
    const grown = layers.conv2d(layers.batchNormRelu(inner, `${name}.norm2`), `${name}.conv2`)
    seen = layers.concat([seen, grown], `${name}.concat`)
  }
  return seen
}

/** @returns feature maps [n, 512, side / 32, side / 32] */
export function resNodes({ blocks }: ResNet, x: Value, layers: Layers): Value {
  let y = layers.maxPool3(layers.batchNormRelu(layers.conv2d(x, 'conv1', 2), 'bn1'), 'maxpool', 2)
  for (const [stage, count] of blocks.entries()) {
    for (let i = 0; i < count; i++) {
      const name = `layer${stage + 1}.${i}`
      const stride = i === 0 && stage > 0 ? 2 : 1
      const inner = layers.batchNormRelu(layers.conv2d(y, `${name}.conv1`, stride), `${name}.bn1`)
      const residual = layers.batchNorm(layers.conv2d(inner, `${name}.conv2`), `${name}.bn2`)
      const shortcut = stride === 2 ? layers.batchNorm(layers.conv2d(y, `${name}.downsample.0`, 2), `${name}.downsample.1`) : y
      y = layers.relu(layers.add(residual, shortcut, `${name}.add`), name)
    }
  }
  return y
}

/** @param metadata [n, 5], of heads that know the patient @returns logits [n, labels] */
export function headNodes({ head, classifier }: HeadShape, features: Value, layers: Layers, metadata?: Value): Value {
  const told = (x: Value): Value => (metadata ? layers.add(x, layers.linear(metadata, 'head.metadata', false), 'head.metadata/add') : x)
  const average = layers.globalPool(features, 'head.average', 'Average')
  if (head === 'linear') return told(layers.linear(average, classifier, true))
  const pooled = layers.concat([layers.globalPool(features, 'head.max', 'Max'), average], 'head.pool')
  const hidden = told(layers.linear(layers.batchNorm(pooled, 'head.norm1'), 'head.linear1', false))
  return layers.linear(layers.batchNorm(layers.relu(hidden, 'head.linear1'), 'head.norm2'), 'head.linear2', false)
}
