import { torchRandperm } from './permutation.ts'

export interface Shard {
  /** Rows of this rank in the order of use; a multiple of the batch. */
  rows: Int32Array
  /** Whether a row stands for itself (1) or fills a batch (0); filling never counts in a metric. */
  real: Uint8Array
  steps: number
}

export interface Sharding {
  ranks: number
  rank: number
  batch: number
}

/** Batches of one rank in one epoch: whole global batches only, as fastai drops the last; fewer images than one global batch make one, by repetition. */
export function stepsPerEpoch(images: number, { ranks, batch }: Pick<Sharding, 'ranks' | 'batch'>): number {
  return Math.max(1, Math.floor(images / (ranks * batch)))
}

/**
 * Training order of one epoch, as PyTorch's `DistributedSampler`: torch.randperm of seed + epoch, padded from its own start, rank r taking r, r + ranks, ...
 * @param rows the training rows of the dataset; at least one
 */
export function trainingShard(rows: Int32Array, epoch: number, seed: number, sharding: Sharding): Shard {
  const steps = stepsPerEpoch(rows.length, sharding)
  const order = torchRandperm(rows.length, seed + epoch).map((i) => rows[i]!)
  return stride(order, steps, sharding)
}

/** Validation order: every row once over all ranks, in file order, the last batches filled with the first rows. */
export function validationShard(rows: Int32Array, sharding: Sharding): Shard {
  return stride(rows, Math.ceil(rows.length / (sharding.ranks * sharding.batch)), sharding)
}

function stride(order: Int32Array, steps: number, { ranks, rank, batch }: Sharding): Shard {
  const rows = new Int32Array(steps * batch)
  const real = new Uint8Array(steps * batch)
  for (let i = 0; i < rows.length; i++) {
    const position = i * ranks + rank
    rows[i] = order[position % order.length]!
    real[i] = position < order.length ? 1 : 0
  }
  return { rows, real, steps }
}
