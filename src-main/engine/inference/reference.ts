import { CodedError } from '#shared/errors.ts'
import { readSafeTensors, writeSafeTensors } from '../model/weights/safetensors.ts'

/** Which neighbour's distance counts, for so many films; with few films a nearer one. */
const NEIGHBOUR = 10
/** Share of validation films that lie within the limit. */
export const WITHIN = 0.99

/**
 * Where the films of training lie in a model's feature space. A film far from all of them is one that the model was never shown the like of:
 * its distance to the k-th nearest is compared with those of validation films (Sun et al., "Out-of-Distribution Detection with Deep Nearest
 * Neighbors", ICML 2022; features of unit length).
 */
export interface Reference {
  /** SHA-256 of the weights that made the features. */
  weightsHash: string
  /** [films, channels], each of unit length. */
  features: Float32Array
  channels: number
  /** Which nearest film counts, from 1. */
  k: number
  /** Distance that `WITHIN` of the validation films stay below. */
  limit: number
  /** Validation films behind the limit. */
  validation: number
}

/** Of unit length; a vector of zeros stays. */
export function unit(features: ArrayLike<number>): Float32Array {
  const values = Float32Array.from(features)
  const length = Math.hypot(...values)
  return length > 0 ? values.map((value) => value / length) : values
}

/** Distance of a film's pooled features to the k-th nearest film of training, 0 to 2. */
export function distanceTo({ features, channels, k }: Pick<Reference, 'features' | 'channels' | 'k'>, film: Float32Array): number {
  const own = unit(film)
  const squares = Float64Array.from({ length: features.length / channels }, (_, row) => {
    let sum = 0
    for (let i = 0, at = row * channels; i < channels; i++) sum += (features[at + i]! - own[i]!) ** 2
    return sum
  }).sort()
  return Math.sqrt(squares[Math.min(k, squares.length) - 1]!)
}

/**
 * @param training, validation pooled features of each film
 * @throws REFERENCE_EMPTY without films of both
 */
export function referenceOf(weightsHash: string, training: readonly Float32Array[], validation: readonly Float32Array[]): Reference {
  const channels = training[0]?.length
  if (!channels || !validation.length) throw new CodedError('REFERENCE_EMPTY', 'There are no films of training and of validation to compare with.')
  const features = new Float32Array(training.length * channels)
  training.forEach((film, row) => features.set(unit(film), row * channels))
  const k = Math.max(1, Math.min(NEIGHBOUR, Math.floor(training.length / 10)))
  const distances = Float64Array.from(validation, (film) => distanceTo({ features, channels, k }, film)).sort()
  // The smallest value that at least this share of them does not exceed.
  const limit = distances[Math.ceil(WITHIN * distances.length) - 1]!
  return { weightsHash, features, channels, k, limit, validation: distances.length }
}

export function writeReference(file: string, { weightsHash, features, channels, k, limit, validation }: Reference): Promise<void> {
  const metadata = { weights_sha256: weightsHash, k: String(k), limit: String(limit), validation: String(validation) }
  return writeSafeTensors(file, { tensors: new Map([['features', { dtype: 'F32', shape: [features.length / channels, channels], data: features }]]), metadata })
}

/** Null where there is none, or one of other weights or of another form. */
export async function readReference(file: string, weightsHash: string): Promise<Reference | null> {
  const read = await readSafeTensors(file).catch(() => null)
  const found = read?.tensors.get('features')
  if (!read || found?.dtype !== 'F32' || read.metadata['weights_sha256'] !== weightsHash) return null
  const number = (name: string): number => Number(read.metadata[name])
  const reference = { weightsHash, features: found.data, channels: found.shape[1]!, k: number('k'), limit: number('limit'), validation: number('validation') }
  return reference.k >= 1 && Number.isFinite(reference.limit) && found.shape[0]! >= 1 ? reference : null
}
