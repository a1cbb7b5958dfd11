import { LABELS } from '#shared/domain/labels.ts'
import { Mersenne } from '../data/mersenne.ts'
import type { Architecture } from './architecture.ts'
import { sizeOf, type Entry } from './entries.ts'
import { METADATA_WEIGHT } from './head.ts'
import type { State } from './weights/state.ts'

/**
 * Random weights of the same kind as timm's and fastai's (not the same numbers): kaiming normal convolutions, over the inputs in a DenseNet
 * and over the outputs in a ResNet; norms at 1 and 0, but the last of each residual branch at 0 and those of fastai's head at beta 1e-3;
 * linear layers U(-1, 1) / sqrt(inputs) with a bias of 0, fastai's kaiming normal. Age and sex count among the inputs of their layer.
 */
export function initialise(net: Architecture, seed: number): State {
  const random = new Mersenne(seed)
  const outwards = net.name.model === 'resnet18'
  const pooled = net.name.head === 'linear' ? net.features : 2 * net.features
  return new Map(net.entries.map((entry) => [entry.name, values(entry, random, outwards, pooled)]))
}

/** @param pooled inputs of the head */
function values(entry: Entry, random: Mersenne, outwards: boolean, pooled: number): Float32Array {
  const { name, role, shape } = entry
  const filled = (value: number): Float32Array => new Float32Array(sizeOf(entry)).fill(value)
  const drawn = (draw: () => number): Float32Array => Float32Array.from({ length: sizeOf(entry) }, draw)
  switch (role) {
    case 'conv': {
      const [h = 1, w = 1, inputs = 1, outputs = 1] = shape
      return drawn(normal(random, Math.sqrt(2 / (h * w * (outwards ? outputs : inputs)))))
    }
    case 'linear': {
      const inputs = name === METADATA_WEIGHT ? pooled + shape[1]! : shape[1]!
      if (name.startsWith('head.') && !(name === METADATA_WEIGHT && shape[0] === LABELS.length)) return drawn(normal(random, Math.sqrt(2 / inputs)))
      return drawn(() => (2 * random.uniform() - 1) / Math.sqrt(inputs))
    }
    case 'scale':
      return filled(/^layer\d\.\d\.bn2\./.test(name) ? 0 : 1)
    case 'shift':
      return filled(name.startsWith('head.') ? 1e-3 : 0)
    case 'variance':
      return filled(1)
    case 'bias':
    case 'mean':
      return filled(0)
  }
}

/** Normal numbers by Box and Muller. */
function normal(random: Mersenne, deviation: number): () => number {
  return () => deviation * Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
}
