import { PAPER_POLICY } from '#shared/domain/labels.ts'
import type { Store } from '#main/store/index.ts'
import type { StoredDataset } from '#main/store/repositories/datasets.ts'
import type { StoredSplit } from '#main/store/repositories/splits.ts'
import { splitDataset } from '../../datasets/splitting.ts'

/** The split that the set's own lists make, stored with the set as its first; null where they name fewer than two parts of labelled rows. */
export function officialSplit(store: Store, set: StoredDataset): StoredSplit | null {
  try {
    return splitDataset(store, set, { by: 'file', seed: 42, ratios: [80, 10, 10], policy: PAPER_POLICY })
  } catch (error) {
    if ((error as { code?: string }).code === 'SPLIT_NO_LIST' || (error as { code?: string }).code === 'DATASET_EMPTY') return null
    throw error
  }
}
