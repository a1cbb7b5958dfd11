import { LABELS } from '#shared/domain/labels.ts'
import { METADATA_WEIGHT, type HeadShape } from '../model/head.ts'
import { NORM_EPSILON } from '../model/layers.ts'

/** Feature maps of one film, `[channels, height, width]`, none negative. */
export interface Features {
  channels: number
  height: number
  width: number
  data: Float32Array
}

/** What each label's logit does with the pooled features at this film. */
interface Sensitivity {
  /** d logit / d average pool, [labels, channels] */
  average: Float32Array
  /** d logit / d max pool, the same; null for a head without. */
  max: Float32Array | null
}

/**
 * Finds the sensitivities of a film; made once per model, since all but the ReLU's gate is constant.
 * @param metadata [5], of heads that know the patient: it moves the gate
 */
export type ActivationHead = (features: Features, metadata?: Float32Array) => Sensitivity

/**
 * Class activation maps of all labels, `[14, height, width]`: M_c(x, y) = sum_k a_ck(x, y) f_k(x, y).
 *
 * Linear head: a_ck is the classifier's weight w_ck, which makes this the CAM of Zhou et al. (CVPR 2016), exact: the mean of M_c over the map
 * plus the bias is the logit. Concat-pool head: a_ck(x, y) is the gradient of the logit at f_k(x, y), in closed form, times h w so that it has
 * the same scale: the average pool hands every place the same share, the max pool all of it to the place of its maximum (the first of equals).
 * Then the mean of M_c is the logit's linear part at this film.
 */
export function activationMaps(features: Features, head: ActivationHead): Float32Array {
  const { channels, height, width, data } = features
  const { average, max } = head(features)
  const cells = height * width
  const maps = new Float32Array(LABELS.length * cells)
  const peaks = max && peakCells(features)
  for (let label = 0; label < LABELS.length; label++) {
    const map = maps.subarray(label * cells, (label + 1) * cells)
    for (let k = 0; k < channels; k++) {
      const weight = average[label * channels + k]!
      for (let cell = 0; cell < cells; cell++) map[cell]! += weight * data[k * cells + cell]!
      if (max && peaks) map[peaks[k]!]! += max[label * channels + k]! * cells * data[k * cells + peaks[k]!]!
    }
  }
  return maps
}

function peakCells({ channels, height, width, data }: Features): Uint32Array {
  const cells = height * width
  return Uint32Array.from({ length: channels }, (_, k) => {
    let peak = 0
    for (let cell = 1; cell < cells; cell++) if (data[k * cells + cell]! > data[k * cells + peak]!) peak = cell
    return peak
  })
}

/** @param weight values of a checkpoint key */
export function activationHead({ head, classifier, metadata }: HeadShape, weight: (name: string) => Float32Array): ActivationHead {
  if (head === 'linear') {
    const average = weight(`${classifier}.weight`)
    return () => ({ average, max: null })
  }
  return concatPoolHead(weight, metadata ? weight(METADATA_WEIGHT) : null)
}

/** Scale and shift of a batch norm in eval mode. */
function affine(name: string, weight: (name: string) => Float32Array): { scale: Float32Array; shift: Float32Array } {
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => weight(`${name}.${part}`)) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const scale = gamma.map((g, i) => g / Math.sqrt(variance[i]! + NORM_EPSILON))
  return { scale, shift: beta.map((b, i) => b - mean[i]! * scale[i]!) }
}

/** logit = W2 (s2 relu(W1 (s1 p + t1) + Wm m) + t2), p = [max, average]: the gradient at p is W2 diag(s2 gate) W1 diag(s1). */
function concatPoolHead(weight: (name: string) => Float32Array, patients: Float32Array | null): ActivationHead {
  const [first, second] = [affine('head.norm1', weight), affine('head.norm2', weight)]
  const [w1, w2] = [weight('head.linear1.weight'), weight('head.linear2.weight')]
  const inputs = first.scale.length
  const channels = inputs / 2
  const hidden = second.scale.length
  return (features, metadata = new Float32Array()) => {
    const pooled = concatPool(features)
    const gradient = new Float32Array(LABELS.length * inputs)
    for (let j = 0; j < hidden; j++) {
      const row = w1.subarray(j * inputs, (j + 1) * inputs)
      let before = 0
      for (let i = 0; i < inputs; i++) before += row[i]! * (first.scale[i]! * pooled[i]! + first.shift[i]!)
      for (let i = 0; patients && i < metadata.length; i++) before += patients[j * metadata.length + i]! * metadata[i]!
      if (before <= 0) continue
      for (let label = 0; label < LABELS.length; label++) {
        const out = w2[label * hidden + j]! * second.scale[j]!
        for (let i = 0; i < inputs; i++) gradient[label * inputs + i]! += out * row[i]! * first.scale[i]!
      }
    }
    const part = (from: number) => Float32Array.from({ length: LABELS.length * channels }, (_, i) => gradient[Math.floor(i / channels) * inputs + from + (i % channels)]!)
    return { max: part(0), average: part(channels) }
  }
}

/** [max of each channel, mean of each channel] */
function concatPool(features: Features): Float32Array {
  const { channels, height, width, data } = features
  const cells = height * width
  const pooled = new Float32Array(2 * channels)
  for (let k = 0; k < channels; k++) {
    const map = data.subarray(k * cells, (k + 1) * cells)
    pooled[k] = map.reduce((a, b) => Math.max(a, b), -Infinity)
  }
  pooled.set(meanOf(features), channels)
  return pooled
}

/** Mean of each feature map, [channels]. */
export function meanOf({ channels, height, width, data }: Features): Float32Array {
  const cells = height * width
  return Float32Array.from({ length: channels }, (_, k) => data.subarray(k * cells, (k + 1) * cells).reduce((a, b) => a + b, 0) / cells)
}
